import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type Message, type Messages, makeTranslate } from '@countersign/core';
import { describe, expect, test } from 'vitest';

const WEB = path.resolve(import.meta.dirname, '../../..');
const LOCALES = path.join(WEB, 'locales');
const BUTTONS = [
  'ui.phone.send',
  'ui.sms.send',
  'ui.sms.instead.whatsapp',
  'ui.sms.instead.sms',
  'ui.verify',
  'ui.new_code',
  'ui.restart',
  'ui.resend',
  'ui.paste',
  'ui.change',
  'ui.to_message',
  'ui.to_code',
  'ui.message.link',
];
/** So many letters fit everywhere, however short the English word is. */
const SHORT = 10;

const read = (file: string): Messages => JSON.parse(readFileSync(file, 'utf8'));
const catalogues = readdirSync(LOCALES).map(
  (file) => [path.basename(file, '.json'), read(path.join(LOCALES, file))] as const,
);
const english = read(path.join(LOCALES, 'en.json'));

const forms = (message: Message): string[] =>
  typeof message === 'string' ? [message] : Object.values(message);
const holes = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();

function lengthOf(text: string, language: string): number {
  return [...new Intl.Segmenter(language).segment(text)].length;
}

/** The keys that the sources name; a `${…}` in one stands for anything. */
function usedKeys(): RegExp[] {
  const folders = ['packages/react/src', 'packages/core/src', 'packages/elements/src'];
  const sources = folders.flatMap((folder) =>
    readdirSync(path.join(WEB, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => /(?<!\.test)\.tsx?$/.test(file))
      .map((file) => readFileSync(path.join(WEB, folder, file), 'utf8')),
  );
  const server = readFileSync(path.join(WEB, '../crates/server/src/hosted/fault.rs'), 'utf8');
  const keys = [...sources, server].flatMap((source) =>
    [...source.matchAll(/['"`]((?:ui|err)\.[\w.${}]+)['"`]/g)].map((match) => match[1] as string),
  );
  const isWhole = (key: string) => !key.endsWith('.');
  return [...new Set(keys.filter(isWhole))].map(
    (key) => new RegExp(`^${key.replace(/\./g, '\\.').replace(/\$\{[^}]*\}/g, '[a-z]+')}$`),
  );
}

describe.each(catalogues)('the texts of %s', (language, texts) => {
  test('are those of English, in the same order', () => {
    expect(Object.keys(texts)).toEqual(Object.keys(english));
  });

  test('leave the same places in every form', () => {
    for (const [key, message] of Object.entries(texts)) {
      const [first] = forms(english[key] as Message);
      for (const text of forms(message)) {
        expect([key, holes(text)]).toEqual([key, holes(first as string)]);
      }
    }
  });

  test('have every plural form of the language, and no other', () => {
    const categories = new Intl.PluralRules(language).resolvedOptions().pluralCategories.sort();
    for (const [key, message] of Object.entries(texts)) {
      expect([key, typeof message]).toEqual([key, typeof english[key]]);
      if (typeof message === 'string') continue;
      expect([key, Object.keys(message).sort()]).toEqual([key, categories]);
    }
  });

  test('say something, without stray spaces or raised voices', () => {
    for (const [key, message] of Object.entries(texts)) {
      for (const text of forms(message)) {
        expect([key, text]).toEqual([key, expect.stringMatching(/^\S(?:.*\S)?$/u)]);
        expect([key, text]).toEqual([key, expect.not.stringMatching(/ {2}|[!¡！]|\.{3}/u)]);
      }
    }
  });

  test('fit the buttons that were drawn for English', () => {
    for (const key of BUTTONS) {
      const room = Math.max(SHORT, 1.6 * lengthOf(english[key] as string, 'en'));
      expect([key, lengthOf(texts[key] as string, language) <= room]).toEqual([key, true]);
    }
  });
});

test('a message that is ready to be sent can be read at a glance', () => {
  for (const [language, texts] of catalogues) {
    const t = makeTranslate(language, texts);
    const browser = t('chat.browser', { browser: 'Firefox', system: 'Windows' });
    const asked = t('chat.asked_at', { browser, place: 'São Paulo' });
    for (const purpose of ['verify', 'login', 'recovery', 'step_up']) {
      const values = { name: 'Lumen & Söhne', token: 'CS-7Q4K-M2XD-0B9T-Z5WR' };
      const text = `${t(`chat.${purpose}`, values)}\n${asked} ${t('chat.own')}`;
      expect([language, purpose, text.length < 200]).toEqual([language, purpose, true]);
    }
  }
});

/** The letters of a message that may have 160 of them; of any others it may have 70. */
const GSM = /^[@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&'()*+,\-./0-9:;<=>?¡A-ZÄÖÑÜ§¿a-zäöñüà]+$/;

test.each(catalogues)('the text message of %s is short, and begins with the code', (_, texts) => {
  const text = String(texts['chat.code']);
  const isLatin = GSM.test(text.replace(/\{\w+\}/g, ''));
  expect(text).toMatch(/^\{code\} /);
  expect(holes(text)).toEqual(['{code}', '{name}']);
  expect(text.length).toBeLessThanOrEqual(isLatin ? 120 : 70);
  const plain = String(texts['chat.code_plain']);
  expect(plain).toMatch(/^\{code\} /);
  expect(plain.length).toBeLessThan(text.length);
});

test('text messages need no other letters where the language has none', () => {
  const others = catalogues.filter(([, texts]) =>
    ['chat.code', 'chat.code_plain'].some(
      (key) => !GSM.test(String(texts[key]).replace(/\{\w+\}/g, '')),
    ),
  );
  expect(others.map(([language]) => language)).toEqual(['ar', 'hi']);
});

test.each(['chat.not_you', 'ui.confirm.never'])('the no that %s asks for is understood', (key) => {
  for (const [language, texts] of catalogues) {
    const no = String(texts['chat.no']).split(',');
    const words =
      String(texts[key])
        .toLowerCase()
        .match(/[\p{L}\p{M}]+/gu) ?? [];
    expect([language, no]).toEqual([language, expect.arrayContaining(['no'])]);
    expect([language, words.some((word) => no.includes(word))]).toEqual([language, true]);
  }
});

test('every text that the page or the server names is there, and no other', () => {
  const used = usedKeys();
  // What is said in the chat, the server names alone.
  const keys = Object.keys(english).filter((key) => !key.startsWith('chat.'));
  expect(used.filter((pattern) => !keys.some((key) => pattern.test(key))).map(String)).toEqual([]);
  expect(keys.filter((key) => !used.some((pattern) => pattern.test(key)))).toEqual([]);
});
