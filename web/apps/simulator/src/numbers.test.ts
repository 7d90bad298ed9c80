import { describe, expect, test } from 'vitest';
import { badge, callingCode, spaced, typedNumber } from './numbers.ts';

describe('numbers', () => {
  test.each([
    ['+919876543210', '+91 98765 43210'],
    ['+525512345678', '+52 55 1234 5678'],
    ['+5511987654321', '+55 11 98765 4321'],
    ['+6281234567809', '+62 812 3456 7809'],
    ['+15550100200', '+1 555 010 0200'],
    ['+96590001234', '+965 900 012 34'],
    ['+4930', '+49 30'],
  ])('%s is read as %s', (number, shown) => {
    expect(spaced(number)).toBe(shown);
  });

  test.each([
    ['+49 1555 010-2030', '+4915550102030'],
    ['(1) 555.010.0200', '+15550100200'],
    ['0049 1555 0102030', '+4915550102030'],
    // A plus sign in an address is read as a space.
    [' 4915550102030', '+4915550102030'],
  ])('%s is typed for %s', (typed, number) => {
    expect(typedNumber(typed)).toBe(number);
  });

  test.each(['', '+', 'abc', '123456', '1234567890123456', '+49<b>1555'])(
    '%s is no number',
    (typed) => {
      expect(typedNumber(typed)).toBeNull();
    },
  );

  test('the badge is the country, or the calling code where it is unknown', () => {
    expect(badge('BR', '+5511987654321')).toBe('BR');
    expect(badge('ZZ', '+96590001234')).toBe('+965');
    expect(callingCode('79161234567')).toBe('7');
  });
});
