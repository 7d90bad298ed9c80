// Every state in which the hosted page can be seen, as the query that shows it.
import {
  type Boot,
  type Channel,
  type Country,
  type Message,
  type Messages,
  makeTranslate,
  type Notice,
  type State,
  type Step,
} from '@countersign/core';
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
  'step=phone&message=1',
  'step=phone&message=1&fixed=1&error=err.channel_unavailable',
  'step=phone&channel=sms',
  'step=phone&other=sms&message=1',
  'step=phone&channel=sms&other=whatsapp&fixed=1&error=ui.sms.refused',
  'step=phone&other=sms&error=ui.sms.unsuitable',
  'step=code',
  'step=code&waited=1&fixed=1',
  'step=code&error=err.wrong_code&typed=12',
  'step=code&digits=10&typed=1234567890',
  'step=code&offline=1',
  'step=code&again=1',
  'step=code&switch=1',
  'step=code&test=1&other=sms',
  'step=code&channel=sms',
  'step=code&channel=sms&fell=1&other=whatsapp&switch=1',
  'step=code&fell=1&other=sms&waited=1&fixed=1',
  'step=code&other=sms&waited=1&error=err.wrong_code',
  'step=message&switch=1',
  'step=message&open=1&switch=1',
  'step=message&fixed=1',
  'step=message&switch=1&offline=1&notice=wrong_number',
  'step=message&open=1&notice=phone_hidden',
  'step=message&open=1&notice=contact_asked',
  'step=message&open=1&notice=contact_refused',
  'step=message&notice=forwarded&error=err.server',
  'step=message&notice=not_text&fixed=1',
  'step=message&notice=missing_token&bare=1',
  'step=message&notice=rate_limited&logo=1',
  'step=message&open=1&notice=country_not_allowed',
  'step=message&open=1&notice=unsuitable&switch=1',
  'step=confirm',
  'step=confirm&waited=1&error=err.wrong_code&typed=12&fixed=1',
  'step=confirm&again=1',
  'step=done',
  'step=done&redirect=1',
  'step=expired',
  'step=expired&method=message',
  'step=expired&method=message&notice=wrong_number',
  'step=expired&method=message&notice=identity_changed',
  'step=locked&wait=1',
  'step=locked&method=message',
  'step=superseded&fixed=1',
  'step=superseded&method=message',
  'step=canceled&redirect=1',
  'step=canceled&method=message',
  'step=canceled&method=message&notice=denied',
  'step=canceled&method=message&notice=second_sender',
  'step=undeliverable&error=err.rate_limited&wait=1',
  'step=undeliverable&fixed=1',
  'step=undeliverable&lost=whatsapp&other=sms&switch=1&wait=1',
  'step=undeliverable&channel=sms&lost=sms&other=whatsapp&fixed=1&switch=1',
  'step=undeliverable&channel=sms&lost=both&switch=1',
  'step=undeliverable&channel=sms&lost=sms&fixed=1&redirect=1',
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
const BRAND = 'Lumen & Söhne';
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
    state: { ...stateOf(query), ...messageOf(query, tongue) },
    lang: tongue.code,
    base: '/v/s0',
    brand: {
      name: isBare && query.get('step') === 'gone' ? '' : BRAND,
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

function fieldOf(step: Step): State['field'] {
  if (step === 'phone') return 'phone';
  return step === 'code' || step === 'confirm' ? 'code' : null;
}

type Written = Pick<State, 'link' | 'before' | 'token' | 'after' | 'notice' | 'sender'>;

/** What is to be sent, and what came instead. */
function messageOf(query: URLSearchParams, { code, messages }: Tongue): Written {
  const [notice, isOpen] = [query.get('notice'), query.get('open') === '1'];
  const token = isOpen ? 'CS-7Q4K-M2XD-0B9T-Z5WR' : 'CS-7Q4K-M2XD';
  const t = makeTranslate(code, messages);
  const [before = '', after = ''] = t('chat.verify', { name: BRAND }).split('{token}');
  const browser = t('chat.browser', { browser: 'Firefox', system: 'Windows' });
  const asked = t('chat.asked_at', { browser, place: 'São Paulo' });
  return {
    link: 'https://wa.me/15550100?text=CS-7Q4K-M2XD',
    before,
    token,
    after: `${after}\n${asked} ${t('chat.own')}`,
    notice: notice ? (`ui.notice.${notice}` as Notice) : null,
    sender: notice === 'wrong_number' ? '+49 •••• •••••17' : null,
  };
}

function stateOf(query: URLSearchParams): Omit<State, keyof Written> {
  const has = (name: string) => query.get(name) === '1';
  const step = (query.get('step') ?? 'phone') as Step;
  const error = query.get('error');
  const isEnd = /expired|locked|canceled|undeliverable/.test(step);
  const isTyped = (step === 'phone' && !has('fixed')) || has('open');
  const isTimed = /code|message|confirm/.test(step);
  const channel = (query.get('channel') ?? 'whatsapp') as Channel;
  const lost = query.get('lost');
  const isReverse = /message|confirm/.test(step) || query.get('method') === 'message';
  return {
    step,
    method: isReverse ? 'message' : 'code',
    to: isTyped || step === 'gone' ? null : '+49 •••• •••••89',
    digits: Number(query.get('digits') ?? 6),
    channel,
    otherChannel: query.get('other') as Channel | null,
    fellBack: has('fell') ? `ui.sms.fell.${channel}` : null,
    undelivered: lost ? (`ui.sms.lost.${lost}` as NonNullable<State['undelivered']>) : null,
    ...(has('test') ? { testCode: '402917' } : {}),
    message: step === 'code' ? 'delivered' : null,
    expiresAt: isTimed ? NOW + 581_000 : null,
    resendAt: isTimed ? NOW + (has('waited') ? -1000 : 24_000) : null,
    left: 4,
    error,
    field: error ? fieldOf(step) : null,
    retryAt: has('wait') ? NOW + 840_000 : null,
    canChange:
      !has('fixed') && !has('open') && step !== 'phone' && step !== 'done' && step !== 'gone',
    canRestart: isEnd && !has('wait'),
    canMessage: step === 'phone' && has('message'),
    canSwitch: has('switch'),
    redirect: has('redirect') ? 'https://lumen.example/back?session=ses_1&x=2' : null,
  };
}
