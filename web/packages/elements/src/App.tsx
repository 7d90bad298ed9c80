// The page, alive: it follows the server, counts down, and sends its forms without leaving.
import {
  ask,
  awaitCode,
  type Boot,
  type Country,
  codeIn,
  Failure,
  follow,
  isSpoken,
  type Listener,
  look,
  type Moment,
  newOnce,
  offsetOf,
  type State,
  type Step,
  secondsUntil,
  splitTyped,
  type Translate,
  westernDigits,
} from '@countersign/core';
import { type Actions, HostedPage, type Sheet } from '@countersign/react';
import { useEffect, useMemo, useRef, useState } from 'react';

/** Before this a spinner would only flicker. */
const SLOW_MS = 300;
/** Long enough to see that it worked. */
const RETURN_MS = 1500;
const TICK_MS = 250;
const GRACE_MS = 1000;

interface Props {
  boot: Boot;
  countries: Country[];
  t: Translate;
  typed: string;
}

interface Standing {
  state: State;
  /** How far the server's clock is ahead. */
  offset: number;
}

interface Memory {
  step: Step;
  /** The code that was sent by itself last. */
  sent: string;
  /** The seconds that were told aloud last. */
  told: number;
  isBusy: boolean;
  /** Something was told while a form was out. */
  hasMissed: boolean;
  /** Grows with each moment that is shown. */
  shown: number;
}

export function App({ boot, countries, t, typed }: Props) {
  const [{ state, offset }, setStanding] = useState<Standing>({
    state: boot.state,
    offset: offsetOf(boot.now),
  });
  const [code, setCode] = useState(typed);
  const [busy, setBusy] = useState<string | null>(null);
  const [isSlow, setSlow] = useState(false);
  const [isOffline, setOffline] = useState(false);
  const [spoken, setSpoken] = useState('');
  const [isSentAgain, setSentAgain] = useState(false);
  const [once, setOnce] = useState(boot.form.once);
  const [now, setNow] = useState(boot.now);
  const memory = useRef<Memory>({
    step: state.step,
    sent: '',
    told: -1,
    isBusy: false,
    hasMissed: false,
    shown: 0,
  });

  const settle = (moment: Moment) => {
    const { step, method } = moment.state;
    // The list of countries comes with the page that asks for a number, and each method has looks
    // of its own.
    if (method !== boot.state.method || (step === 'phone' && memory.current.step !== 'phone'))
      return location.reload();
    memory.current.shown += 1;
    setStanding({ state: moment.state, offset: offsetOf(moment.now) });
    setNow(moment.now);
  };
  // What the stream tells leaves an error standing: it knows of none.
  const update = (moment: Moment) => {
    if (memory.current.isBusy) {
      memory.current.hasMissed = true;
      return;
    }
    if (moment.state.step !== memory.current.step) return settle(moment);
    memory.current.shown += 1;
    setStanding(({ state: { error, field } }) => ({
      state: error ? { ...moment.state, error, field } : moment.state,
      offset: offsetOf(moment.now),
    }));
  };
  const fail = (key: string) =>
    setStanding((at) => ({ ...at, state: { ...at.state, error: key } }));

  const send = async (form: HTMLFormElement, button?: HTMLButtonElement) => {
    if (memory.current.isBusy) return;
    // What was wrong with the last code is worth more than that there is none yet.
    if (form.id === 'check' && code === '' && state.error) {
      focusOn('code');
      return;
    }
    memory.current.isBusy = true;
    memory.current.hasMissed = false;
    setBusy(button ? button.value : form.id);
    const slow = setTimeout(() => setSlow(true), SLOW_MS);
    try {
      const moment = await ask(form.action, bodyOf(form, button));
      memory.current.isBusy = false;
      settle(moment);
      afterwards(form.id, moment.state);
    } catch (failure) {
      memory.current.isBusy = false;
      memory.current.sent = '';
      // Without a network that is said already, and it is nobody's fault here.
      if (navigator.onLine) fail(failure instanceof Failure ? failure.key : 'err.server');
    }
    // The answer may be older than what was told meanwhile, or lost after it did what it should.
    if (memory.current.hasMissed) look(boot.base, listener);
    clearTimeout(slow);
    setSlow(false);
    setBusy(null);
  };

  const afterwards = (sent: string, next: State) => {
    if (sent === 'resend' && !next.error && isTimed(next)) {
      setSpoken(t('ui.sent_again'));
      setSentAgain(true);
      memory.current.sent = '';
    }
    // What comes after a start is a new intention; the same one, sent again, is not.
    if ((sent === 'send' || sent === 'restart') && !next.error) setOnce(newOnce());
    if (next.error === 'err.wrong_code') setCode('');
    if (next.field) focusOn(next.field);
  };

  const actions: Actions = useMemo(() => {
    const type = (text: string) => {
      if (memory.current.isBusy) return;
      const digits = codeIn(text, digitsOf());
      setCode(digits);
      // Once for each code: typing, pasting and the keyboard's suggestion may all bring the same,
      // and one that was wrong costs an attempt each time.
      if (digits.length === digitsOf() && digits !== memory.current.sent) {
        memory.current.sent = digits;
        setTimeout(() => submit('check'));
      }
    };
    return {
      send: (event) => {
        event.preventDefault();
        const form = event.currentTarget;
        if (isReady(form.querySelector('button[type=submit]'))) latest.current(form);
      },
      press: (event) => {
        event.preventDefault();
        const button = event.currentTarget;
        if (isReady(button) && button.form) latest.current(button.form, button);
      },
      type,
      dial: (field) => dial(field, countries),
      chooseLanguage: (select) => {
        // The whole page speaks another language, so it is a new one; what is typed comes along.
        const { form } = select;
        if (!form) return;
        const { action } = form;
        form.action = `${boot.base}/lang`;
        form.submit();
        // A browser that goes back shows this very form again.
        form.action = action;
      },
      ...(canPaste()
        ? {
            paste: () => {
              navigator.clipboard.readText().then(type, () => {});
              focusOn('code');
            },
          }
        : {}),
    };
  }, []);
  const latest = useRef(send);
  latest.current = send;
  const latestUpdate = useRef(update);
  latestUpdate.current = update;
  const listener: Listener = useMemo(
    () => ({
      tell: (moment) => latestUpdate.current(moment),
      wonder: () => {
        const { shown } = memory.current;
        return () => memory.current.shown === shown;
      },
    }),
    [],
  );

  const isFinal = state.step === 'done' || state.step === 'gone';
  useEffect(() => {
    if (isFinal) return;
    return follow(boot.base, listener);
  }, [isFinal]);

  useEffect(() => {
    // There is nothing to count down, and a long list to draw.
    if (state.step === 'phone') return;
    const timer = setInterval(() => setNow(Date.now() + offset), TICK_MS);
    return () => clearInterval(timer);
  }, [offset, state.step]);

  useEffect(() => {
    const tell = () => setOffline(!navigator.onLine);
    const comeBack = () => {
      // Back from WhatsApp, where the code is: the field is ready for it.
      if (document.visibilityState === 'visible') focusOn('code');
    };
    window.addEventListener('online', tell);
    window.addEventListener('offline', tell);
    document.addEventListener('visibilitychange', comeBack);
    tell();
    return () => {
      window.removeEventListener('online', tell);
      window.removeEventListener('offline', tell);
      document.removeEventListener('visibilitychange', comeBack);
    };
  }, []);

  useEffect(() => {
    const { current } = memory;
    if (current.step === state.step) return;
    current.step = state.step;
    setCode('');
    setSentAgain(false);
    current.sent = '';
    document.title = `${t(`ui.title.${state.step}`)} · ${boot.brand.name}`;
    if (!focusOn('code')) document.querySelector('h1')?.focus();
  }, [state.step]);

  const isBySms = state.step === 'code' && state.channel === 'sms';
  // Each message is waited for anew.
  useEffect(() => (isBySms ? awaitCode(actions.type) : undefined), [isBySms, state.resendAt]);

  useEffect(() => {
    if (state.step !== 'done' || !state.redirect) return;
    const { redirect } = state;
    // In the place of this page: whoever goes back from there would only be sent on again.
    const timer = setTimeout(() => location.replace(redirect), RETURN_MS);
    return () => clearTimeout(timer);
  }, [state.step, state.redirect]);

  const left = state.expiresAt === null ? -1 : secondsUntil(state.expiresAt, now);
  useEffect(() => {
    if (!isTimed(state) || left < 0 || memory.current.told === left) return;
    memory.current.told = left;
    if (isSpoken(left)) setSpoken(spokenTime(left, t));
  }, [left, state.step]);

  const isOver = isTimed(state) && left === 0;
  useEffect(() => {
    if (!isOver) return;
    // The stream says so by itself, where there is one.
    const timer = setTimeout(() => look(boot.base, listener), GRACE_MS);
    return () => clearTimeout(timer);
  }, [isOver]);

  const sheet: Sheet = {
    boot: { ...boot, form: { ...boot.form, once } },
    state,
    countries,
    now,
    t,
    code,
    busy,
    isSlow,
    isOffline,
    spoken,
    isSentAgain,
    actions,
  };
  return <HostedPage sheet={sheet} />;
}

/** Whether the step is over by itself when its time is. */
function isTimed({ step }: State): boolean {
  return step === 'code' || step === 'message' || step === 'confirm';
}

/** What the form sends. Not every browser knows by itself which of its buttons was pressed. */
function bodyOf(form: HTMLFormElement, button?: HTMLButtonElement): URLSearchParams {
  const body = new URLSearchParams();
  new FormData(form).forEach((value, name) => {
    body.append(name, String(value));
  });
  if (button) body.append(button.name, button.value);
  return body;
}

function isReady(button: Element | null): boolean {
  return button?.getAttribute('aria-disabled') !== 'true';
}

function digitsOf(): number {
  return Number(document.querySelector<HTMLElement>('.otp')?.dataset.n);
}

function submit(id: string): void {
  const form = document.getElementById(id) as HTMLFormElement | null;
  form?.querySelector<HTMLButtonElement>('button[type=submit]')?.click();
}

function focusOn(id: string): boolean {
  const field = document.getElementById(id);
  if (field) field.focus();
  return field !== null;
}

function canPaste(): boolean {
  return typeof navigator.clipboard?.readText === 'function';
}

function dial(field: HTMLInputElement, countries: Country[]): void {
  const select = field.form?.querySelector<HTMLSelectElement>('select[name=country]');
  const typed = select && splitTyped(field.value, select.value, countries);
  if (select && typed) {
    select.value = typed.iso;
    field.value = typed.national;
  } else if (/[^\0-\u007f]/.test(field.value)) {
    field.value = westernDigits(field.value);
  }
}

function spokenTime(left: number, t: Translate): string {
  if (left === 0) return t('ui.spoken.over');
  if (left % 60 === 0) return t('ui.spoken.minutes', { n: left / 60 });
  return t('ui.spoken.seconds', { n: left });
}
