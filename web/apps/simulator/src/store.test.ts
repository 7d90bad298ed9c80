import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { inspected, Store, unread } from './store.ts';
import { FakeApi } from './testing/fake-api.ts';
import { message, phone } from './testing/samples.ts';

const ONE = '+4915550102030';
const TWO = '+919876543210';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const settle = () => vi.advanceTimersByTimeAsync(1000);

async function started(...numbers: string[]) {
  const fake = new FakeApi();
  fake.phones = numbers.map((number) => phone({ number }));
  const store = new Store(fake.api);
  store.changed({ what: 'everything' });
  await settle();
  return { fake, store };
}

test('the liveliest phone is opened at first', async () => {
  const { store } = await started(ONE, TWO);

  expect(store.now.open).toEqual([ONE]);
  expect(store.now.active).toBe(ONE);
});

test('a chat is read again when it changed, and only that one', async () => {
  const { fake, store } = await started(ONE, TWO);
  fake.calls.length = 0;

  store.changed({ what: 'chat', wa_id: TWO.slice(1) });
  await settle();
  expect(fake.calls).toEqual(['phones']);

  store.changed({ what: 'chat', wa_id: ONE.slice(1) });
  await settle();
  expect(fake.calls).toEqual(['phones', 'phones', `chat ${ONE}`]);
});

test('a storm of changes makes few reads, and the last change is not missed', async () => {
  const { fake, store } = await started(ONE);
  fake.calls.length = 0;

  for (let count = 0; count < 1000; count += 1) store.changed({ what: 'phones' });
  fake.phones.push(phone({ number: TWO }));
  await settle();

  expect(fake.calls).toEqual(['phones', 'phones']);
  expect(store.now.found).toContain(TWO);
});

test('a phone that was deleted is closed, one that the search hides is not', async () => {
  const { fake, store } = await started(ONE, TWO);
  store.openBeside(TWO);

  store.search('4915');
  await settle();
  expect(store.now.open).toEqual([ONE, TWO]);
  expect(store.now.found).toEqual([ONE]);

  store.search('');
  await settle();
  fake.phones.shift();
  store.changed({ what: 'phones' });
  await settle();
  expect(store.now.open).toEqual([TWO]);
  expect(store.now.active).toBe(TWO);
});

test('after everything was forgotten, no chat is asked for', async () => {
  const { fake, store } = await started(ONE);
  fake.phones = [];
  fake.calls.length = 0;

  store.changed({ what: 'everything' });
  await settle();

  expect(fake.calls).toEqual(['phones']);
  expect(store.now.open).toEqual([]);
});

test('after the page was away, the open chats are read again', async () => {
  const { fake, store } = await started(ONE);
  fake.calls.length = 0;

  store.changed({ what: 'everything' });
  await settle();

  expect(fake.calls).toEqual(['phones', `chat ${ONE}`]);
});

test('the phone of an embedded page stays', async () => {
  const fake = new FakeApi();
  const store = new Store(fake.api);
  store.pin(ONE);
  fake.phones = [phone({ number: ONE })];
  store.changed({ what: 'everything' });
  await settle();
  fake.phones = [];

  store.changed({ what: 'everything' });
  await settle();

  expect(store.now.open).toEqual([ONE]);
});

test('at most three phones are side by side', async () => {
  const { store } = await started(ONE);

  for (const number of [TWO, '+5511987654321', '+525512345678', ONE]) store.openBeside(number);

  expect(store.now.open).toEqual([ONE, TWO, '+5511987654321']);
});

test('another phone takes the place of the active one', async () => {
  const { store } = await started(ONE, TWO);

  store.open(TWO);

  expect(store.now.open).toEqual([TWO]);
});

test('a refusal is kept in the words of the simulator until something works', async () => {
  const { fake, store } = await started(ONE);
  fake.refusal = 'This phone is offline.';

  expect(await store.try((api) => api.reset())).toBe(false);
  expect(store.now.problem).toBe('This phone is offline.');

  fake.refusal = null;
  expect(await store.try((api) => api.reset())).toBe(true);
  expect(store.now.problem).toBeNull();
});

test('the text of a link is ready once', () => {
  const store = new Store(new FakeApi().api, 'CS-7Q4K');

  expect([store.takeDraft(ONE), store.takeDraft(TWO), store.takeDraft(ONE)]).toEqual([
    'CS-7Q4K',
    '',
    'CS-7Q4K',
  ]);
  store.dropDraft(ONE);
  expect(store.takeDraft(ONE)).toBe('');
});

test('what was on the screen is not unread', () => {
  const last = message({ at: '2026-01-02T10:00:00.000Z' });
  const some = phone({ unread: 2, last });
  const seen = (at: string) => ({ open: [], seen: new Map([[some.number, at]]) });

  expect(unread(some, { open: [], seen: new Map() })).toBe(2);
  expect(unread(some, { open: [some.number], seen: new Map() })).toBe(0);
  expect(unread(some, seen(last.at))).toBe(0);
  expect(unread(some, seen('2026-01-02T09:00:00.000Z'))).toBe(2);
});

test('the chosen message is inspected, else the newest to the phone', () => {
  const messages = [
    message({ id: 'a' }),
    message({ id: 'b' }),
    message({ id: 'c', direction: 'from_phone' }),
  ];

  expect(inspected(messages, undefined)?.id).toBe('b');
  expect(inspected(messages, 'a')?.id).toBe('a');
  expect(inspected(messages, 'gone')?.id).toBe('b');
});

test('a draft for one phone is not given to another', () => {
  const store = new Store(new FakeApi().api, 'from a link');
  expect(store.takeDraft(ONE)).toBe('from a link');

  store.hand(TWO, 'the same');

  expect(store.takeDraft(ONE)).toBe('');
  expect(store.takeDraft(TWO)).toBe('the same');
  expect(store.now.drafted.get(TWO)).toBe(1);
});

test('a second phone is one that is there, or else a new one', async () => {
  const { fake, store } = await started(ONE);

  expect(await store.secondPhone(ONE, 'Hi')).toBe('+4915550102031');
  expect(fake.calls).toContain('addPhone');
  expect(store.takeDraft('+4915550102031')).toBe('Hi');

  fake.phones.push(phone({ number: TWO }));
  store.changed({ what: 'phones' });
  await settle();
  expect(await store.secondPhone(ONE, 'Ho')).toBe(TWO);

  fake.phones.pop();
  store.changed({ what: 'phones' });
  await settle();
  fake.refusal = 'No.';
  expect(await store.secondPhone(ONE, 'Hi')).toBeNull();
});
