import { render } from 'preact';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { App } from './app.tsx';
import { asked } from './preferences.ts';
import { Store } from './store.ts';
import { FakeApi } from './testing/fake-api.ts';
import { message, phone, sms } from './testing/samples.ts';
import type { Message } from './wire.ts';

const NUMBER = '+919876543210';
const TWILIO = {
  account_sid: 'AC1',
  sms_number: '+15550100300',
  whatsapp_number: '+15550100400',
};

class QuietSource extends EventTarget {
  close() {}
}

let fake: FakeApi;
let root: HTMLElement;
let store: Store;

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
const find = (selector: string) => root.querySelector<HTMLElement>(selector);
const bubbles = () =>
  [...root.querySelectorAll<HTMLElement>('[data-message]')].map((found) => found.dataset.message);

async function shown(messages: Message[], path = '/') {
  const stopped = messages.some((one) => one.text === 'STOP');
  fake.phones = [phone({ number: NUMBER, last: messages.at(-1) ?? null, sms_stopped: stopped })];
  fake.chats.set(NUMBER, messages);
  const wishes = asked('?text=Hi', false, ['en'], path);
  store = new Store(fake.api, wishes.draft);
  if (wishes.isLink) store.set({ link: wishes.draft });
  render(<App store={store} asked={wishes} />, root);
  store.changed({ what: 'everything' });
  await settle();
}

async function click(selector: string) {
  const found = find(selector);
  if (found === null) throw new Error(`there is no ${selector}`);
  found.click();
  await settle();
}

test('without Twilio and SMS there is nothing to choose', async () => {
  await shown([message()]);

  expect(find('.threads')).toBeNull();
  expect(find('#sim-sms_lost')).toBeNull();
});

test('SMS are a thread of their own, with the code to copy and no marks', async () => {
  const writeText = vi.fn(async () => undefined);
  vi.stubGlobal('navigator', { ...navigator, clipboard: { writeText } });
  fake.twilio = TWILIO;
  await shown([message(), sms()]);
  expect(bubbles()).toEqual(['wamid.1']);

  await click('#thread-919876543210-sms');

  expect(bubbles()).toEqual(['SM1']);
  expect(find('.ch b')?.textContent).toBe('+1 555 010 0300');
  expect(find('[data-message] p')?.textContent).toBe('482913 is your code. *Do not share it.*');
  expect(find('[data-not-requested]')).toBeNull();
  await click('[data-copy-code]');
  expect(writeText).toHaveBeenCalledWith('482913');
});

test('an SMS that came while WhatsApp is shown is counted until it is looked at', async () => {
  await shown([message()]);
  const at = '2026-01-02T10:25:00.000Z';
  fake.chats.set(NUMBER, [message(), sms({ at, delivered_at: at })]);
  store.changed({ what: 'chat', wa_id: NUMBER.slice(1) });
  await settle();
  expect(find('[data-unseen]')?.textContent).toBe('1 unread');

  await click('#thread-919876543210-sms');
  await click('#thread-919876543210-whatsapp');

  expect(find('[data-unseen]')).toBeNull();
});

test('a phone with nothing but SMS shows them', async () => {
  await shown([sms()]);

  expect(bubbles()).toEqual(['SM1']);
  expect(find('[data-thread]')?.dataset.thread).toBe('sms');
});

test('the phone writes an SMS, and one that wrote STOP says so', async () => {
  fake.twilio = TWILIO;
  await shown([sms({ direction: 'from_phone', text: 'STOP', code: null })]);

  await click('.qk button:last-child');

  expect(fake.calls).toContain('write {"text":"START","channel":"sms"}');
  expect(find('.stop')?.textContent).toContain('STOP');
  expect(find('[data-manner]')).toBeNull();
  expect(find('.b .tk')).toBeNull();
});

test('an SMS fails with an error of Twilio, and is never read', async () => {
  await shown([sms()]);

  await click('[data-fail]');

  expect(fake.calls).toContain('status SM1 failed 30003');
  expect(find('[data-mark-read]')).toBeNull();
  expect(root.querySelectorAll('.steps li')).toHaveLength(3);
});

test('a link is for WhatsApp, whatever the phone has', async () => {
  await shown([sms()], '/wa.me/15550100200');

  expect(find('[data-thread]')?.dataset.thread).toBe('whatsapp');
  expect(root.querySelector<HTMLTextAreaElement>('.cmp textarea')?.value).toBe('Hi');
});

test('what answers WhatsApp by Twilio goes to its number there', async () => {
  fake.twilio = TWILIO;
  await shown([message({ provider: 'twilio' })]);

  await click('.qk button');

  expect(find('.ch b')?.textContent).toBe('+1 555 010 0400');
  expect(fake.calls).toContain('write {"text":"Hello","to":"+15550100400"}');
});

test('the arrow keys go from one thread to the other', async () => {
  fake.twilio = TWILIO;
  await shown([message()]);
  const tab = find('#thread-919876543210-whatsapp');

  tab?.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true }));
  await settle();

  expect(find('[role=tabpanel].thread')?.getAttribute('aria-labelledby')).toBe(
    'thread-919876543210-sms',
  );
  expect(document.activeElement?.id).toBe('thread-919876543210-sms');
});

test('what goes wrong with SMS is switched where there are any', async () => {
  fake.twilio = TWILIO;
  await shown([message()]);
  if (fake.phones[0]) {
    fake.phones[0].behaviour = { sms_lost: false, sms_error_code: null, hang: null };
  }
  store.changed({ what: 'phones' });
  await settle();

  await click('#sim-sms_lost');
  const choice = root.querySelector<HTMLSelectElement>('#sim-sms_error_code');
  if (choice === null) throw new Error('there is nothing to choose');
  choice.value = '21610';
  choice.dispatchEvent(new Event('change', { bubbles: true }));
  await settle();

  expect(fake.calls).toContain('behave {"sms_lost":true}');
  expect(fake.calls).toContain('behave {"sms_error_code":21610}');
  expect(find('#sim-hang')).not.toBeNull();
});
