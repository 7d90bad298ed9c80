/** A phone's messages by WhatsApp, and those by SMS: two threads that share nothing but the phone. */

import type { Channel, Message, Settings } from './wire.ts';

export const CHANNELS = ['whatsapp', 'sms'] as const satisfies readonly Channel[];

/** A simulator that knows of no SMS does not say. */
export const channelOf = (message: Message): Channel => message.channel ?? 'whatsapp';

export function inThread(messages: readonly Message[], channel: Channel): Message[] {
  return messages.filter((message) => channelOf(message) === channel);
}

/** Whether there is anything to choose between. */
export function hasThreads(messages: readonly Message[], settings: Settings | null): boolean {
  return (settings?.twilio ?? null) !== null || inThread(messages, 'sms').length > 0;
}

/** The thread that was chosen, or else the one that has something in it. */
export function shownThread(
  messages: readonly Message[],
  chosen: Channel | undefined,
  settings: Settings | null,
): Channel {
  if (!hasThreads(messages, settings)) return 'whatsapp';
  const isOnlySms = messages.length > 0 && inThread(messages, 'whatsapp').length === 0;
  return chosen ?? (isOnlySms ? 'sms' : 'whatsapp');
}

/** The business's number in a thread: the one that wrote last. */
export function businessNumber(
  messages: readonly Message[],
  channel: Channel,
  settings: Settings | null,
): string | undefined {
  if (channel === 'sms') return settings?.twilio?.sms_number;
  const last = messages.filter(({ direction }) => direction === 'to_phone').at(-1);
  const byTwilio = last?.provider === 'twilio' ? settings?.twilio?.whatsapp_number : undefined;
  return byTwilio ?? settings?.business_phone;
}

/** Messages that have reached the phone since a thread was last on the screen. */
export function unseen(messages: readonly Message[], seen: string | undefined): number {
  return messages.filter(
    ({ direction, delivered_at: at }) =>
      direction === 'to_phone' && at !== null && (seen === undefined || at > seen),
  ).length;
}
