// What every view of the page is given.
import type { Boot, Country, State, Translate } from '@countersign/core';
import type { FormEvent, MouseEvent } from 'react';
import { computed, either, isPrinting } from './template.tsx';

/** What a person can do. Without them the forms do it. */
export interface Actions {
  /** Sends one of the page's forms. */
  send(event: FormEvent<HTMLFormElement>): void;
  /** Sends the form of a button, and says that it was this one. */
  press(event: MouseEvent<HTMLButtonElement>): void;
  /** Something was typed into the field of the code. */
  type(text: string): void;
  /** Takes the code from the clipboard; absent where the browser has no such thing. */
  paste?: () => void;
  /** A number is being typed. */
  dial(field: HTMLInputElement): void;
  chooseLanguage(select: HTMLSelectElement): void;
}

export interface Sheet {
  boot: Boot;
  state: State;
  countries: Country[];
  /** The server's time, in milliseconds. */
  now: number;
  t: Translate;
  code: string;
  /** The form that is being sent, or the button that chose how. */
  busy: string | null;
  /** It takes long enough to say so. */
  isSlow: boolean;
  isOffline: boolean;
  /** What a screen reader is told. */
  spoken: string;
  /** The same for everybody else, after another message. */
  isSentAgain: boolean;
  actions: Actions | null;
}

/** Whether codes go by SMS. */
export function isSms({ state }: Sheet): boolean {
  return isPrinting ? computed('state.channel == "sms"') : state.channel === 'sms';
}

/** The text of one of two keys. */
export function byChannel(sheet: Sheet, whatsapp: string, sms: string): string {
  return either(isSms(sheet), sheet.t(sms), sheet.t(whatsapp));
}

/** Whether the person sends the message, and not we. */
export function isReverse({ state }: Sheet): boolean {
  return isPrinting ? computed('state.method == "message"') : state.method === 'message';
}

/** Whether what came was the end of it. Anything else that came could be followed by more. */
export function hasFinalNotice({ state }: Sheet): boolean {
  if (isPrinting) {
    return computed(
      'state.notice in ["ui.notice.second_sender", "ui.notice.denied", "ui.notice.identity_changed"]',
    );
  }
  return /second_sender|denied|identity_changed/.test(state.notice || '');
}

/** The text of a message that did not count; empty where there is none. */
export function noticeText({ t, state }: Sheet): string {
  // A number stays on one line.
  const sender = isPrinting
    ? computed<string>('state.sender | replace(" ", "\u00a0")')
    : (state.sender || '').replace(/ /g, '\u00a0');
  return state.notice ? t(state.notice, { sender }) : '';
}

/** The text of what went wrong; empty where nothing did. */
export function errorText({ t, state }: Sheet): string {
  return state.error ? t(state.error, { n: state.left, digits: state.digits }) : '';
}
