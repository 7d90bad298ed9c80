// Every state in which the hosted page can be seen, as the query that shows it.
import type { Boot, Country, Message, Messages, State, Step } from '@countersign/core';
import arCountries from '../generated/countries/ar.json';
import enCountries from '../generated/countries/en.json';
import esCountries from '../generated/countries/es.json';
import frCountries from '../generated/countries/fr.json';
import hiCountries from '../generated/countries/hi.json';
import idCountries from '../generated/countries/id.json';
import ptCountries from '../generated/countries/pt-BR.json';
import ar from '../locales/ar.json';
import en from '../locales/en.json';
import es from '../locales/es.json';
import fr from '../locales/fr.json';
import hi from '../locales/hi.json';
import id from '../locales/id.json';
import ptBR from '../locales/pt-BR.json';
import { mirrored, stretched } from './pseudo.ts';

export const STATES = [
  'step=phone',
  'step=phone&error=err.phone_unsuitable',
  'step=phone&fixed=1',
  'step=phone&fixed=1&error=err.channel_unavailable',
  'step=phone&bare=1&logo=1',
  'step=code',
  'step=code&waited=1&fixed=1',
  'step=code&error=err.wrong_code&typed=12',
  'step=code&digits=10&typed=1234567890',
  'step=code&offline=1',
  'step=code&again=1',
  'step=done',
  'step=done&redirect=1',
  'step=expired',
  'step=locked&wait=1',
  'step=superseded&fixed=1',
  'step=canceled&redirect=1',
  'step=undeliverable&error=err.rate_limited&wait=1',
  'step=undeliverable&fixed=1',
  'step=gone',
  'step=gone&bare=1',
];

/** A language as the page is read in it. The last two are made from English. */
export interface Tongue {
  code: string;
  name: string;
  direction: 'ltr' | 'rtl';
  messages: Messages;
  countries: string[][];
}

function tongue(code: string, name: string, messages: Messages, countries: string[][]): Tongue {
  return { code, name, direction: /^ar/.test(code) ? 'rtl' : 'ltr', messages, countries };
}

export const TONGUES = [
  tongue('en', 'English', en, enCountries),
  tongue('es', 'Español', es, esCountries),
  tongue('pt-BR', 'Português (Brasil)', ptBR, ptCountries),
  tongue('hi', 'हिन्दी', hi, hiCountries),
  tongue('ar', 'العربية', ar, arCountries),
  tongue('id', 'Bahasa Indonesia', id, idCountries),
  tongue('fr', 'Français', fr, frCountries),
  tongue('en-XA', 'Stretched', changed(en, stretched), enCountries),
  tongue('ar-XB', 'Mirrored', changed(en, mirrored), enCountries),
];

function changed(messages: Messages, change: (text: string) => string): Messages {
  const changedForms = (message: Message): Message =>
    typeof message === 'string'
      ? change(message)
      : Object.fromEntries(
          Object.entries(message).map(([category, text]) => [category, change(text)]),
        );
  return Object.fromEntries(
    Object.entries(messages).map(([key, message]) => [key, changedForms(message)]),
  );
}

export interface Scene {
  boot: Boot;
  tongue: Tongue;
  countries: Country[];
  typed: string;
  isOffline: boolean;
  isSentAgain: boolean;
}

/** A morning of 2027; pictures of one state are the same each time. */
const NOW = 1_800_000_000_000;
const LOGO = `data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 36 36"><circle cx="18" cy="18" r="18" fill="#b3471b"/></svg>',
)}`;

/** What stands on the page for a query such as those of `STATES`, with `lang`. */
export function sceneOf(query: URLSearchParams): Scene {
  const has = (name: string) => query.get(name) === '1';
  const tongue = TONGUES.find(({ code }) => code === query.get('lang')) ?? (TONGUES[0] as Tongue);
  const isBare = has('bare');
  const countries = tongue.countries.map(([iso = '', name = '', code = '']) => ({
    iso,
    name,
    code,
    selected: iso === 'DE',
  }));
  const boot: Boot = {
    now: NOW,
    state: stateOf(query),
    lang: tongue.code,
    base: '/v/s0',
    brand: {
      name: isBare && query.get('step') === 'gone' ? '' : 'Lumen & Söhne',
      logo: has('logo') ? LOGO : null,
      help: isBare ? null : 'https://lumen.example/help',
      privacy: isBare ? null : 'https://lumen.example/privacy',
      credit: !isBare,
    },
    form: { once: '0'.repeat(26), country: 'DE', phone: has('fixed') ? '' : '1512 3456789' },
    languages: TONGUES.map(({ code, name }) => ({ code, name, selected: code === tongue.code })),
    messages: tongue.messages,
  };
  return {
    boot,
    tongue,
    countries: boot.state.step === 'phone' && !has('fixed') ? countries : [],
    typed: query.get('typed') ?? '',
    isOffline: has('offline'),
    isSentAgain: has('again'),
  };
}

function stateOf(query: URLSearchParams): State {
  const has = (name: string) => query.get(name) === '1';
  const step = (query.get('step') ?? 'phone') as Step;
  const error = query.get('error');
  const isEnd = /expired|locked|canceled|undeliverable/.test(step);
  const isTyped = step === 'phone' && !has('fixed');
  return {
    step,
    to: isTyped || step === 'gone' ? null : '+49 •••• •••••89',
    digits: Number(query.get('digits') ?? 6),
    channel: 'whatsapp',
    message: step === 'code' ? 'delivered' : null,
    expiresAt: step === 'code' ? NOW + 581_000 : null,
    resendAt: step === 'code' ? NOW + (has('waited') ? -1000 : 24_000) : null,
    left: 4,
    error,
    field: error && (step === 'phone' || step === 'code') ? step : null,
    retryAt: has('wait') ? NOW + 840_000 : null,
    canChange: !has('fixed') && step !== 'phone' && step !== 'done' && step !== 'gone',
    canRestart: isEnd && !has('wait'),
    redirect: has('redirect') ? 'https://lumen.example/back?session=ses_1&x=2' : null,
  };
}
