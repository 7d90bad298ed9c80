import { describe, expect, test } from 'vitest';
import { codeIn, westernDigits } from './digits.ts';
import type { Country } from './page.ts';
import { splitTyped } from './phone.ts';

describe('the code in what is typed', () => {
  test.each([
    ['123456', '123456'],
    ['123-456', '123456'],
    ['123 456', '123456'],
    ['123\u202f456', '123456'],
    ['  123456\n', '123456'],
    ['Your code is 123456. Expires in 10 minutes', '123456'],
    ['Expires in 10 minutes: 123456', '123456'],
    ['\u2066123456\u2069', '123456'],
    ['١٢٣٤٥٦', '123456'],
    ['۱۲۳۴۵۶', '123456'],
    ['१२३४५६', '123456'],
    ['১২৩৪৫৬', '123456'],
    ['１２３４５６', '123456'],
    ['رمزك هو ١٢٣٤٥٦', '123456'],
  ])('%j means %s', (text, code) => {
    expect(codeIn(text, 6)).toBe(code);
  });

  test('a part of a code is kept as it is', () => {
    expect(codeIn('12', 6)).toBe('12');
    expect(codeIn('123-4', 6)).toBe('1234');
  });

  test('more digits than the code has are cut', () => {
    expect(codeIn('1234567', 6)).toBe('123456');
  });

  test('letters alone are no code', () => {
    expect(codeIn('hello', 6)).toBe('');
  });

  test('its length is the one that the page asks for', () => {
    expect(codeIn('Code 12345678, valid for 10 minutes', 8)).toBe('12345678');
  });
});

test('digits of every script become 0 to 9 and nothing else changes', () => {
  expect(westernDigits('+٤٩ (۳۰) १२ é')).toBe('+49 (30) 12 é');
});

describe('a number that begins with its calling code', () => {
  const countries: Country[] = (
    [
      ['BR', '55'],
      ['CA', '1'],
      ['DE', '49'],
      ['KZ', '7'],
      ['RU', '7'],
      ['US', '1'],
    ] as const
  ).map(([iso, code]) => ({ iso, code, name: iso, selected: false }));

  test.each([
    ['+5511987654321', 'DE', 'BR', '11987654321'],
    ['005511987654321', 'DE', 'BR', '11987654321'],
    ['+55 11 98765-4321', 'DE', 'BR', '11987654321'],
    ['+٥٥١١', 'DE', 'BR', '11'],
    ['+49', 'BR', 'DE', ''],
  ])('%s while %s is chosen means %s and %s', (text, chosen, iso, national) => {
    expect(splitTyped(text, chosen, countries)).toEqual({ iso, national });
  });

  test('a country that shares the code stays chosen', () => {
    expect(splitTyped('+16135550123', 'CA', countries)?.iso).toBe('CA');
    expect(splitTyped('+77011234567', 'KZ', countries)?.iso).toBe('KZ');
  });

  test('of several countries with one code the largest is taken', () => {
    expect(splitTyped('+12025550123', 'DE', countries)?.iso).toBe('US');
    expect(splitTyped('+79161234567', 'DE', countries)?.iso).toBe('RU');
  });

  test.each(['11987654321', '030 1234', '+', '+9', '00', ''])('%j changes nothing', (text) => {
    expect(splitTyped(text, 'DE', countries)).toBeNull();
  });
});
