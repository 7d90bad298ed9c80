/** Calls as commands for a shell. Tokens and secrets are never in them. */

import type { GraphRequest, Webhook } from './wire.ts';

const quoted = (text: string) => `'${text.replaceAll("'", String.raw`'\''`)}'`;

const FORM = 'application/x-www-form-urlencoded';
const JSON_TYPE = 'application/json';

export const signatureHeader = ({ provider }: Webhook) =>
  provider === 'twilio' ? 'X-Twilio-Signature' : 'X-Hub-Signature-256';

/** Waits for the next code to a phone: the line that tests begin with. */
export function codeCurl(origin: string, number: string): string {
  return `curl -s ${quoted(`${origin}/api/phones/${number}/code?wait=10`)}`;
}

export function requestCurl(origin: string, request: GraphRequest): string {
  const lines = [`curl -s -X ${request.method} ${quoted(origin + request.path)}`];
  const isForm = request.path.startsWith('/2010-04-01/');
  lines.push(
    isForm ? `-u "$ACCOUNT_SID:$AUTH_TOKEN"` : `-H 'Authorization: Bearer '"$ACCESS_TOKEN"`,
  );
  if (request.body !== '') {
    lines.push(`-H 'Content-Type: ${isForm ? FORM : JSON_TYPE}'`);
    lines.push(`-d ${quoted(request.body)}`);
  }
  return lines.join(' \\\n  ');
}

/** The very bytes of a webhook, with the signature they were sent with. */
export function webhookCurl(url: string, webhook: Webhook): string {
  return [
    `curl -s -X POST ${quoted(url)}`,
    `-H 'Content-Type: ${webhook.provider === 'twilio' ? FORM : JSON_TYPE}'`,
    `-H ${quoted(`${signatureHeader(webhook)}: ${webhook.signature}`)}`,
    `--data-binary ${quoted(webhook.body)}`,
  ].join(' \\\n  ');
}

/** JSON with an indent, a form with a field a line, else the text as it is. */
export function pretty(text: string): string {
  if (/^\w+=[^&\s]*(&\w+=[^&\s]*)+$/.test(text)) {
    return [...new URLSearchParams(text)].map(([name, value]) => `${name}: ${value}`).join('\n');
  }
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
