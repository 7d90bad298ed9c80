/** Answers of the simulator, for tests. */

import type { GraphRequest, Message, Phone, Webhook } from '../wire.ts';

const AT = '2026-01-02T10:24:07.100Z';

export function message(of: Partial<Message> = {}): Message {
  return {
    id: 'wamid.1',
    direction: 'to_phone',
    channel: 'whatsapp',
    type: 'template',
    text: '482913 is your verification code.',
    template: 'countersign_code',
    language: 'en',
    code: '482913',
    bubble: {
      language: 'en',
      direction: 'ltr',
      before: '',
      code: '482913',
      after: ' is your verification code.',
      security: 'For your security, do not share this code.',
      footer: 'This code expires in 5 minutes.',
      copy_button: 'Copy code',
      not_requested_button: 'I didn’t request a code',
    },
    status: 'delivered',
    error_code: null,
    at: AT,
    sent_at: AT,
    delivered_at: AT,
    read_at: null,
    failed_at: null,
    ...of,
  };
}

/** An SMS with a code. */
export function sms(of: Partial<Message> = {}): Message {
  const text = '482913 is your code. *Do not share it.*';
  const unlike = { template: null, language: null, bubble: null };
  return message({ id: 'SM1', channel: 'sms', type: 'text', text, ...unlike, ...of });
}

export function phone(of: Partial<Phone> = {}): Phone {
  const number = of.number ?? '+4915550102030';
  return {
    number,
    wa_id: number.slice(1),
    country: 'DE',
    name: 'Zoë',
    last: null,
    unread: 0,
    has_error: false,
    messages: 0,
    waiting: 0,
    behaviour: { offline: false, not_on_whatsapp: false, delay_ms: 0, error_rate: 0 },
    ...of,
  };
}

export function webhook(of: Partial<Webhook> = {}): Webhook {
  return {
    id: '1',
    kind: 'delivered',
    phone: '+4915550102030',
    at: AT,
    body: '{}',
    signature: 'sha256=00',
    outcome: 'delivered',
    attempts: 1,
    answers: [{ at: AT, duration_ms: 4, status: 200, error: null }],
    ...of,
  };
}

export function graphRequest(of: Partial<GraphRequest> = {}): GraphRequest {
  return {
    id: '1',
    at: AT,
    method: 'POST',
    path: '/v25.0/1/messages',
    authorization: 'Bearer SIMU…',
    body: '{}',
    to: '4915550102030',
    status: 200,
    answer: '{}',
    message_id: 'wamid.1',
    duration_ms: 3,
    state: 'answered',
    ...of,
  };
}
