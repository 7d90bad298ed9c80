import { describe, expect, test, vi } from 'vitest';
import ar from '../../../locales/ar.json';
import en from '../../../locales/en.json';
import fr from '../../../locales/fr.json';
import { clock, isSpoken, offsetOf, secondsUntil } from './clock.ts';
import { newOnce } from './once.ts';
import { makeTranslate } from './texts.ts';

describe('the clock', () => {
  test.each([
    [0, '0:00'],
    [9, '0:09'],
    [60, '1:00'],
    [599, '9:59'],
    [3600, '60:00'],
  ])('%d seconds are written as %s', (seconds, text) => {
    expect(clock(seconds)).toBe(text);
  });

  test('a second that has begun counts, and the past is zero', () => {
    expect(secondsUntil(10_001, 0)).toBe(11);
    expect(secondsUntil(10_000, 0)).toBe(10);
    expect(secondsUntil(0, 5_000)).toBe(0);
  });

  test('minutes, half a minute, ten seconds and the end are told aloud', () => {
    const spoken = Array.from({ length: 181 }, (_, second) => second).filter(isSpoken);
    expect(spoken).toEqual([0, 10, 30, 60, 120, 180]);
  });

  test('how far the server is ahead does not depend on this clock being right', () => {
    vi.useFakeTimers({ now: 1_000 });
    expect(offsetOf(86_401_000)).toBe(86_400_000);
    vi.useRealTimers();
  });
});

describe('texts', () => {
  test.each([
    [1, 'بقيت دقيقة واحدة (1)'],
    [2, 'بقيت دقيقتان (2)'],
    [3, 'بقيت 3 دقائق'],
    [11, 'بقيت 11 دقيقة'],
    [100, 'بقيت 100 دقيقة'],
  ])('Arabic has a form of its own for %d', (n, text) => {
    expect(makeTranslate('ar', ar)('ui.spoken.minutes', { n })).toBe(text);
  });

  test('in French nothing is singular, in English it is not', () => {
    const french = makeTranslate('fr', fr)('err.wrong_code', { n: 0 });
    expect(french).toBe(makeTranslate('fr', fr)('err.wrong_code', { n: 1 }).replace('1', '0'));
    const english = makeTranslate('en', en);
    expect(english('ui.spoken.minutes', { n: 0 })).toBe('0 minutes left');
    expect(english('ui.spoken.minutes', { n: 1 })).toBe('1 minute left');
  });

  test('a key without a text stands for itself', () => {
    expect(makeTranslate('en', {})('ui.nothing')).toBe('ui.nothing');
  });

  test('a value that was not given stays visible', () => {
    expect(makeTranslate('en', { a: '{x} and {y}' })('a', { x: 1 })).toBe('1 and {y}');
  });

  test('a form that a language lacks is taken from the others', () => {
    expect(makeTranslate('ar', { a: { other: '{n}!' } })('a', { n: 2 })).toBe('2!');
  });
});

test('a name of an intention is as the server writes it, and never the same', () => {
  const names = Array.from({ length: 100 }, newOnce);
  for (const name of names) expect(name).toMatch(/^[0-7][0-9a-hjkmnp-tv-z]{25}$/);
  expect(new Set(names).size).toBe(100);
});
