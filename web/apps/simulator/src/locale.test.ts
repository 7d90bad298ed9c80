import { describe, expect, test } from 'vitest';
import ar from '../locales/ar.json';
import en from '../locales/en.json';
import es from '../locales/es.json';
import fr from '../locales/fr.json';
import hi from '../locales/hi.json';
import id from '../locales/id.json';
import ptBR from '../locales/pt-BR.json';
import { direction, LANGUAGES, pickLanguage, translator } from './locale.ts';

const CATALOGUES: Record<string, Record<string, string>> = {
  ar,
  en,
  es,
  fr,
  hi,
  id,
  'pt-BR': ptBR,
};
const holes = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();

describe('texts', () => {
  test.each(Object.entries(CATALOGUES))('%s has every text with its places', (_, texts) => {
    expect(Object.keys(texts).sort()).toEqual(Object.keys(en).sort());
    for (const [key, text] of Object.entries(en)) {
      expect([key, holes(texts[key] ?? '')]).toEqual([key, holes(text)]);
      expect(texts[key]?.trim()).not.toBe('');
    }
  });

  test('every language of the catalogues can be chosen', () => {
    expect(LANGUAGES.map(({ code }) => code).sort()).toEqual(Object.keys(CATALOGUES).sort());
  });

  test.each([
    [['fr'], 'fr'],
    [['de', 'hi-IN'], 'hi'],
    [[null, 'pt-PT'], 'pt-BR'],
    [['zh', 'toString'], 'en'],
    [[], 'en'],
  ])('of %j it picks %s', (wishes, language) => {
    expect(pickLanguage(wishes)).toBe(language);
  });

  test('a value stands in its place, and a missing one is not hidden', () => {
    const t = translator('en');

    expect(t('sim.message_as', { number: '+49 30' })).toBe('Message as +49 30');
    expect(t('sim.message_as')).toBe('Message as {number}');
  });

  test('Arabic runs from right to left', () => {
    expect([direction('ar'), direction('hi')]).toEqual(['rtl', 'ltr']);
  });
});
