import { expect, test, vi } from 'vitest';
import { news, notifications } from './notify.ts';
import { graphRequest, message, phone, sms, webhook } from './testing/samples.ts';
import { isSameDay } from './times.ts';
import { mixed } from './views/traffic.tsx';

test('requests and webhooks are in one order, the newest first', () => {
  const items = mixed(
    [graphRequest({ at: '2026-01-02T10:00:00.000Z' })],
    [
      webhook({ at: '2026-01-02T10:00:01.000Z' }),
      webhook({ id: '2', at: '2026-01-02T09:59:59.000Z' }),
    ],
  );

  expect(items.map((item) => item.way)).toEqual(['out', 'in', 'out']);
});

test('a notification is about new messages to a phone only', () => {
  const before = [phone({ number: '+491', last: message({ id: 'a' }) })];
  const after = [
    phone({ number: '+491', last: message({ id: 'b' }) }),
    phone({ number: '+492', last: message({ id: 'c' }) }),
    phone({ number: '+493', last: message({ id: 'd', direction: 'from_phone' }) }),
    phone({ number: '+494' }),
  ];

  expect(news(before, after).map((found) => found.number)).toEqual(['+491', '+492']);
  expect(news(after, after)).toEqual([]);
});

test('a notification is left out only where its thread is on the screen', () => {
  const shown: unknown[] = [];
  class Note {
    static requestPermission = async () => 'granted';
    constructor(_: string, { tag }: { tag: string }) {
      shown.push(tag);
    }
  }
  vi.stubGlobal('Notification', Note);
  const after = [
    phone({ number: '+491', last: sms() }),
    phone({ number: '+492', last: message() }),
  ];

  return notifications.ask().then(() => {
    notifications.about([], after, ({ last }) => last?.channel === 'whatsapp');
    vi.unstubAllGlobals();
    expect(shown).toEqual(['+491']);
  });
});

test('a day ends at midnight', () => {
  expect(isSameDay('2026-01-02T12:00:00', '2026-01-02T12:01:00')).toBe(true);
  expect(isSameDay('2026-01-02T12:00:00', '2026-01-03T12:00:00')).toBe(false);
});
