// The demo: a session of the sandbox, the page that a person would see, and their phone.
import english from '../locales/en.json';
import { commands } from './curl.ts';
import { type Facts, facts, look, Refused, start, type Visit } from './facts.ts';
import { unusedNumber } from './number.ts';
import { choose, speak, type Texts } from './texts.ts';

const PAUSE_MS = 1_000;

const find = <T extends HTMLElement>(id: string) => document.getElementById(id) as T;
const number = find<HTMLInputElement>('number');
const pageFrame = find<HTMLIFrameElement>('page-frame');
const phoneFrame = find<HTMLIFrameElement>('phone-frame');
const language = choose(navigator.languages);

let texts: Texts = english;
let places: Facts;
let visit: Visit | null = null;

function followTheme() {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const apply = () => {
    document.documentElement.dataset.theme = dark.matches ? 'dark' : 'light';
  };
  dark.addEventListener('change', apply);
  apply();
}

/** One view at a time, where there is room for one. */
function turnTo(view: string) {
  const main = document.querySelector('main') as HTMLElement;
  main.dataset.view = view;
  for (const button of document.querySelectorAll<HTMLButtonElement>('.tabs button')) {
    button.ariaPressed = String(button.dataset.view === view);
  }
}

/** What is of no use without scripts, or empty. */
function unveil() {
  for (const part of document.querySelectorAll<HTMLElement>('.tabs, .panel, .device, .facts')) {
    part.hidden = false;
  }
  for (const button of document.querySelectorAll<HTMLButtonElement>('.tabs button')) {
    button.addEventListener('click', () => turnTo(button.dataset.view ?? 'story'));
  }
}

function showFacts() {
  const phones = find<HTMLAnchorElement>('simulator');
  phones.href = places.simulator;
  phones.hidden = false;
  find('api').textContent = `${places.api}/v1`;
  find('phones').textContent = places.simulator;
  find('key').textContent = places.api_key;
}

function show(seen: Visit) {
  const { session } = seen;
  find('read').textContent = JSON.stringify(session, null, 2);
  find('curl').textContent = commands(places, session);
  const status = find('status');
  const word = texts[session.status] ?? session.status;
  if (status.textContent !== word) status.textContent = word;
  status.dataset.status = session.status;
  showPhone(session.phone);
}

function showPhone(phone: string | null) {
  find('waiting').hidden = phone !== null;
  phoneFrame.hidden = phone === null;
  if (phone === null || phoneFrame.dataset.phone === phone) return;
  phoneFrame.dataset.phone = phone;
  const query = new URLSearchParams({ phone, embed: '1', lang: language });
  phoneFrame.src = `${places.simulator}/?${query}`;
}

/** Answers whether a session began; if not, it is said beside the number. */
async function begin(): Promise<boolean> {
  const error = find('error');
  error.textContent = '';
  number.removeAttribute('aria-invalid');
  try {
    const begun = await start(number.value, language);
    visit = begun;
    delete phoneFrame.dataset.phone;
    pageFrame.src = begun.page;
    show(begun);
    return true;
  } catch (reason) {
    number.ariaInvalid = 'true';
    error.textContent = reason instanceof Refused ? reason.message : (texts.offline ?? '');
    return false;
  }
}

/** Reads what a back end would read, until it says how the session ended. */
async function follow() {
  const followed = visit;
  if (followed?.session.status === 'open' && !document.hidden) {
    try {
      const seen = await look(followed.session.id);
      // Another one may have begun meanwhile.
      if (visit === followed) {
        visit = seen;
        show(seen);
      }
    } catch {
      // The server is away; it is asked again.
    }
  }
  setTimeout(follow, PAUSE_MS);
}

function offerCopy() {
  const button = find<HTMLButtonElement>('copy');
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(find('curl').textContent ?? '');
    button.textContent = texts.copied ?? '';
    setTimeout(() => {
      button.textContent = texts.copy ?? '';
    }, 2_000);
  });
}

followTheme();
unveil();
offerCopy();
[texts, places] = await Promise.all([speak(language, english), facts()]);
showFacts();
number.value = unusedNumber();
find('start').addEventListener('submit', async (event) => {
  event.preventDefault();
  // The same number again so soon would meet the pause between messages.
  if (number.value === visit?.session.phone) number.value = unusedNumber();
  if (await begin()) turnTo('page');
});
await begin();
void follow();
