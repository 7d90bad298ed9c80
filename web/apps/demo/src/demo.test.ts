// @vitest-environment node
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { commands } from './curl.ts';
import { unusedNumber } from './number.ts';
import { choose } from './texts.ts';

const folder = new URL('../locales/', import.meta.url).pathname;
const read = (file: string): Record<string, string> =>
  JSON.parse(readFileSync(folder + file, 'utf8'));

describe('the languages of the demo', () => {
  test('every language says everything, and nothing else', () => {
    const english = Object.keys(read('en.json'));

    for (const file of readdirSync(folder)) {
      expect(Object.keys(read(file)), file).toEqual(english);
    }
  });

  test('what the document says is what the English texts say', () => {
    const html = readFileSync(`${folder}../index.html`, 'utf8');
    const said = [...html.matchAll(/data-t="(\w+)"[^>]*>([^<]*)</g)];

    for (const [, key = '', text] of said) expect(text, key).toBe(read('en.json')[key]);
    expect(said.length).toBeGreaterThan(20);
  });

  test('the first language that there is wins', () => {
    expect(choose(['de-DE', 'pt-PT', 'en'])).toBe('pt-BR');
    expect(choose(['en-GB', 'hi'])).toBe('en');
    expect(choose(['de', 'ja'])).toBe('en');
    expect(choose([])).toBe('en');
  });
});

describe('the commands to type', () => {
  const facts = { api: 'http://127.0.0.1:3000', simulator: 'x', api_key: 'cs_test_1' };

  test('they name the number where there is one', () => {
    const session = { id: 'ses_1', status: 'open', phone: '+4915550300000' } as const;

    const text = commands(facts, session);

    expect(text).toContain(`-d '{"phone": "+4915550300000"}'`);
    expect(text).toContain('/v1/sessions/ses_1');
  });

  test('they name none where there is none', () => {
    expect(commands(facts, { id: 'ses_1', status: 'open', phone: null })).not.toContain('-d');
  });
});

test('the number that is offered is a German one for tests', () => {
  expect(unusedNumber(() => 0)).toBe('+4915550300000');
  expect(unusedNumber(() => 0.999_999_9)).toBe('+4915550999999');
});
