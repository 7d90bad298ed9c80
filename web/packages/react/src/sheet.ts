// What every view of the page is given.
import type { Boot, Country, State, Translate } from '@countersign/core';
import type { FormEvent } from 'react';

/** What a person can do. Without them the forms do it. */
export interface Actions {
  /** Sends one of the page's forms. */
  send(event: FormEvent<HTMLFormElement>): void;
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
  /** The form that is being sent. */
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

/** The text of what went wrong; empty where nothing did. */
export function errorText({ t, state }: Sheet): string {
  return state.error ? t(state.error, { n: state.left, digits: state.digits }) : '';
}
