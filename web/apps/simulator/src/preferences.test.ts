import { expect, test } from 'vitest';
import { asked } from './preferences.ts';

test('the address says which phone, which text and which theme', () => {
  const wishes = asked('?phone=+4915550102030&embed=1&text=Hi&theme=dark', false, ['fr-FR']);

  expect(wishes).toEqual({
    phone: '+4915550102030',
    isEmbedded: true,
    isLink: false,
    draft: 'Hi',
    language: 'fr',
    theme: 'dark',
  });
});

test('a link to the business is told from the page itself', () => {
  const wishes = asked('?text=Hi%20there', false, [], '/wa.me/15550100200');

  expect(wishes).toMatchObject({ isLink: true, draft: 'Hi there', phone: null });
});

test('without wishes it is as the system is', () => {
  expect(asked('', true, ['hi-IN'])).toMatchObject({ theme: 'dark', language: 'hi', phone: null });
});

test('a phone that is none is not shown', () => {
  expect(asked('?phone=hello', true, []).phone).toBeNull();
});
