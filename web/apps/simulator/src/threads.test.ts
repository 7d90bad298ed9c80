import { expect, test } from 'vitest';
import { message } from './testing/samples.ts';
import { hasThreads, inThread, shownThread, unseen } from './threads.ts';
import type { Settings } from './wire.ts';

const sms = message({ id: 'SM1', channel: 'sms' });
const whatsapp = message();
const without: Settings = {
  webhook_url: null,
  business_phone: '+15550100200',
  business_account_id: '1',
  phone_number_id: '2',
  twilio: null,
};
const twilio = { account_sid: 'AC1', sms_number: '+15550100300', whatsapp_number: '+15550100400' };
const withTwilio: Settings = { ...without, twilio };

test('threads are chosen between where there is an SMS, or could be', () => {
  expect(hasThreads([whatsapp], null)).toBe(false);
  expect(hasThreads([whatsapp], without)).toBe(false);
  expect(hasThreads([whatsapp, sms], without)).toBe(true);
  expect(hasThreads([], withTwilio)).toBe(true);
});

test('a message is in one thread', () => {
  const { channel: _, ...unnamed } = message({ id: 'old' });

  expect(inThread([whatsapp, sms, unnamed], 'sms')).toEqual([sms]);
  expect(inThread([whatsapp, sms, unnamed], 'whatsapp')).toEqual([whatsapp, unnamed]);
});

test('the chosen thread is shown, else the one with messages', () => {
  expect(shownThread([], undefined, withTwilio)).toBe('whatsapp');
  expect(shownThread([sms], undefined, withTwilio)).toBe('sms');
  expect(shownThread([sms, whatsapp], undefined, withTwilio)).toBe('whatsapp');
  expect(shownThread([sms], 'whatsapp', withTwilio)).toBe('whatsapp');
  expect(shownThread([whatsapp], 'sms', without)).toBe('whatsapp');
});

test('what came since the thread was on the screen is unseen', () => {
  const at = '2026-01-02T10:00:00.000Z';
  const came = message({ delivered_at: at });
  const waits = message({ delivered_at: null });
  const written = message({ direction: 'from_phone', delivered_at: at });

  expect(unseen([came, waits, written], undefined)).toBe(1);
  expect(unseen([came], at)).toBe(0);
  expect(unseen([came], '2026-01-02T09:59:59.999Z')).toBe(1);
});
