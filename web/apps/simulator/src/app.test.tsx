import { render } from 'preact';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { App } from './app.tsx';
import { asked } from './preferences.ts';
import { Store } from './store.ts';
import { FakeApi } from './testing/fake-api.ts';
import { message, phone } from './testing/samples.ts';
import type { Message } from './wire.ts';

const NUMBER = '+919876543210';

class QuietSource extends EventTarget {
  close() {}
}

let fake: FakeApi;
let root: HTMLElement;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('EventSource', QuietSource);
  fake = new FakeApi();
  root = document.createElement('div');
  document.body.append(root);
});
afterEach(() => {
  render(null, root);
  root.remove();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const settle = () => vi.advanceTimersByTimeAsync(500);

async function shown(messages: Message[], query = '') {
  fake.phones = [phone({ number: NUMBER, last: messages.at(-1) ?? null })];
  fake.chats.set(NUMBER, messages);
  await drawn(query);
}

async function drawn(query: string, path = '/') {
  const wishes = asked(query, false, ['en'], path);
  const store = new Store(fake.api, wishes.draft);
  if (wishes.isLink) store.set({ link: wishes.draft });
  if (wishes.phone !== null) store.pin(wishes.phone);
  render(<App store={store} asked={wishes} />, root);
  store.changed({ what: 'everything' });
  await settle();
}

function click(selector: string) {
  const found = root.querySelector<HTMLElement>(selector);
  if (found === null) throw new Error(`there is no ${selector}`);
  found.click();
  return settle();
}

test('Copy code copies the digits and nothing else', async () => {
  const writeText = vi.fn(async () => undefined);
  vi.stubGlobal('navigator', { ...navigator, clipboard: { writeText } });
  await shown([message()]);

  await click('[data-copy-code]');

  expect(writeText).toHaveBeenCalledWith('482913');
  expect(root.querySelector('[data-said]')?.textContent).toBe('Code copied.');
});

test('the bubble is what WhatsApp shows', async () => {
  await shown([message()]);

  const bubble = root.querySelector('[data-message]');
  expect(bubble?.querySelector('b')?.textContent).toBe('482913');
  expect(bubble?.querySelector('p')?.textContent).toBe(
    '482913 is your verification code. For your security, do not share this code.',
  );
  expect(bubble?.textContent).toContain('This code expires in 5 minutes.');
});

test('a message that has not reached the phone has no code to copy', async () => {
  await shown([message({ status: 'sent', delivered_at: null })]);

  expect(root.querySelector('[data-copy-code]')).toBeNull();
  expect(root.querySelector('[data-message]')?.textContent).toContain('Not on the phone yet');
});

test('new messages are in a log for screen readers', async () => {
  await shown([message()]);

  expect(root.querySelector('[role=log]')?.getAttribute('aria-label')).toContain('+91 98765 43210');
});

test('markup in a message is text', async () => {
  const text = '<img src=x onerror=alert(1)> *bold*';
  await shown([message({ type: 'text', text, code: null, bubble: null, direction: 'from_phone' })]);

  const bubble = root.querySelector('[data-message]');
  expect(bubble?.querySelector('img')).toBeNull();
  expect(bubble?.textContent).toContain('<img src=x onerror=alert(1)> bold');
});

test('the phone writes what was typed, and keeps it when it is refused', async () => {
  await shown([message()]);
  const field = root.querySelector<HTMLTextAreaElement>('.cmp textarea');
  if (field === null) throw new Error('there is no field');
  field.value = 'Hello';
  field.dispatchEvent(new Event('input', { bubbles: true }));
  await settle();

  fake.refusal = 'This phone is offline.';
  await click('.cmp [type=submit]');
  expect(root.querySelector('[data-problem]')?.textContent).toContain('This phone is offline.');
  expect(field.value).toBe('Hello');

  fake.refusal = null;
  await click('.cmp [type=submit]');
  expect(fake.calls).toContain('write {"text":"Hello"}');
  expect(field.value).toBe('');
});

test('a message is marked as read, and made to fail', async () => {
  await shown([message()]);

  await click('[data-mark-read]');
  await click('[data-fail]');

  expect(fake.calls).toContain('status wamid.1 read');
  expect(fake.calls).toContain('status wamid.1 failed 131026');
});

test('a switch changes how the phone behaves', async () => {
  await shown([message()]);

  await click('#sim-offline');

  expect(fake.calls).toContain('behave {"offline":true}');
});

test('an embedded page shows one phone and still says that nothing leaves the machine', async () => {
  await shown([message()], `?phone=${NUMBER}&embed=1&text=Hi`);

  expect(root.querySelector('nav')).toBeNull();
  expect(root.querySelector('.safe')?.textContent).toBe('Nothing leaves this machine');
  expect(root.querySelector<HTMLTextAreaElement>('.cmp textarea')?.value).toBe('Hi');
});

const LINK = '/wa.me/15550100200';
const OTHER = '+4915550102030';
const field = () => root.querySelector<HTMLTextAreaElement>('.cmp textarea');

function choose(value: string) {
  const select = root.querySelector<HTMLSelectElement>('[data-link] select');
  if (select === null) throw new Error('there is nothing to choose');
  select.value = value;
  select.dispatchEvent(new Event('change', { bubbles: true }));
  return settle();
}

test('a link has its text ready on the phone that was used last, and sends nothing', async () => {
  fake.phones = [phone({ number: NUMBER }), phone({ number: OTHER })];
  await drawn('?text=Hello%20CS-7Q4K', LINK);

  expect(field()?.value).toBe('Hello CS-7Q4K');
  expect(root.querySelector('[data-phone]')?.getAttribute('data-phone')).toBe(NUMBER);
  expect(root.querySelector('.page')?.getAttribute('data-view')).toBe('stage');
  expect(fake.calls.filter((call) => call.startsWith('write'))).toEqual([]);
});

test('another phone opens the link, and its text goes there', async () => {
  fake.phones = [phone({ number: NUMBER }), phone({ number: OTHER })];
  await drawn('?text=Hello%20CS-7Q4K', LINK);

  await choose(OTHER);
  expect(root.querySelector('[data-phone]')?.getAttribute('data-phone')).toBe(OTHER);
  expect(field()?.value).toBe('Hello CS-7Q4K');

  await click('.cmp [type=submit]');
  expect(fake.calls).toContain('write {"text":"Hello CS-7Q4K"}');
  expect(root.querySelector('[data-link]')).toBeNull();
});

test('where there is no phone the link asks for one', async () => {
  await drawn('?text=Hi', LINK);

  expect(root.querySelector('[data-link] input[type=tel]')).not.toBeNull();
  expect(field()).toBeNull();
});

test('markup in a link is text', async () => {
  fake.phones = [phone({ number: NUMBER })];
  await drawn(`?text=${encodeURIComponent('<img src=x onerror=alert(1)>')}`, LINK);

  expect(field()?.value).toBe('<img src=x onerror=alert(1)>');
  expect(root.querySelector('img')).toBeNull();
});

test('a message is forwarded, or written in a group, once', async () => {
  await shown([message()]);

  await click('[data-manner]');
  await click('.mn [name=forwarded]');
  await click('.mn [name=group]');
  await click('.qk button');
  await click('.qk button');

  expect(fake.calls.filter((call) => call.startsWith('write'))).toEqual([
    'write {"text":"Hello","forwarded":true,"group":true}',
    'write {"text":"Hello"}',
  ]);
});

test('a request for the number is answered with a button', async () => {
  const request = { type: 'interactive', text: 'Your number?', code: null, bubble: null };
  await shown([message({ ...request, asks_contact: true })]);

  expect(root.querySelector('[data-message] p')?.textContent).toBe('Your number?');
  await click('[data-share-contact]');

  expect(fake.calls).toContain('write {"type":"contacts"}');
});

test('the bubble says that a message was forwarded', async () => {
  const written = { type: 'text', text: 'Hi', code: null, bubble: null };
  await shown([message({ ...written, direction: 'from_phone', forwarded: true })]);

  expect(root.querySelector('.marks')?.textContent).toBe('Forwarded');
});
