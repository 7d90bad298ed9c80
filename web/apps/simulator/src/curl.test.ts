import { describe, expect, test } from 'vitest';
import { codeCurl, pretty, requestCurl, webhookCurl } from './curl.ts';
import type { GraphRequest, Webhook } from './wire.ts';

const REQUEST: GraphRequest = {
  id: '1',
  at: '2026-11-25T10:24:07.100Z',
  method: 'POST',
  path: '/v25.0/1/messages',
  authorization: 'Bearer SIMU…',
  body: '{"text":"it\'s"}',
  to: '+4915550102030',
  status: 200,
  answer: '{}',
  message_id: null,
  duration_ms: 3,
  state: 'answered',
};

const WEBHOOK: Webhook = {
  id: '7',
  kind: 'message',
  phone: '+4915550102030',
  at: '2026-11-25T10:24:07.100Z',
  body: '{"t":"h\\u00e9 \\/"}',
  signature: 'sha256=1cce',
  outcome: 'delivered',
  attempts: 1,
  answers: [],
};

describe('commands', () => {
  test('the line for tests waits for the next code', () => {
    expect(codeCurl('http://127.0.0.1:3001', '+4915550102030')).toBe(
      "curl -s 'http://127.0.0.1:3001/api/phones/+4915550102030/code?wait=10'",
    );
  });

  test('a request is repeated with a token of the reader, and quotes survive the shell', () => {
    const command = requestCurl('http://127.0.0.1:3001', REQUEST);

    expect(command).toContain('"$ACCESS_TOKEN"');
    expect(command).not.toContain('SIMU');
    expect(command).toContain(String.raw`-d '{"text":"it'\''s"}'`);
  });

  test('a request without a body sends none', () => {
    const command = requestCurl('http://127.0.0.1:3001', { ...REQUEST, method: 'GET', body: '' });

    expect(command).not.toContain('-d ');
  });

  test('a webhook keeps its very bytes and its signature', () => {
    const command = webhookCurl('http://127.0.0.1:3000/hook', WEBHOOK);

    expect(command).toContain(`--data-binary '${WEBHOOK.body}'`);
    expect(command).toContain('X-Hub-Signature-256: sha256=1cce');
  });

  test('what Twilio is told and tells has its own forms', () => {
    const form = 'To=%2B4915550102030&Body=Hi+%26+bye';
    const path = '/2010-04-01/Accounts/AC1/Messages.json';
    const request = requestCurl('http://127.0.0.1:3001', { ...REQUEST, path, body: form });
    const hook = webhookCurl('http://127.0.0.1:3000/hook', {
      ...WEBHOOK,
      provider: 'twilio',
      body: form,
      signature: 'c2ln',
    });

    expect(request).toContain('-u "$ACCOUNT_SID:$AUTH_TOKEN"');
    expect(request).not.toContain('application/json');
    expect(hook).toContain("'X-Twilio-Signature: c2ln'");
    expect(hook).toContain('application/x-www-form-urlencoded');
    expect(pretty(form)).toBe('To: +4915550102030\nBody: Hi & bye');
  });

  test('what is no JSON is shown as it is', () => {
    expect(pretty('{"a":1}')).toBe('{\n  "a": 1\n}');
    expect(pretty('<html>')).toBe('<html>');
  });
});
