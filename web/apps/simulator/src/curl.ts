/** Calls as commands for a shell. Tokens and secrets are never in them. */

import type { GraphRequest, Webhook } from './wire.ts';

const quoted = (text: string) => `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** Waits for the next code to a phone: the line that tests begin with. */
export function codeCurl(origin: string, number: string): string {
  return `curl -s ${quoted(`${origin}/api/phones/${number}/code?wait=10`)}`;
}

export function requestCurl(origin: string, request: GraphRequest): string {
  const lines = [`curl -s -X ${request.method} ${quoted(origin + request.path)}`];
  lines.push(`-H 'Authorization: Bearer '"$ACCESS_TOKEN"`);
  if (request.body !== '') {
    lines.push(`-H 'Content-Type: application/json'`);
    lines.push(`-d ${quoted(request.body)}`);
  }
  return lines.join(' \\\n  ');
}

/** The very bytes of a webhook, with the signature they were sent with. */
export function webhookCurl(url: string, webhook: Webhook): string {
  return [
    `curl -s -X POST ${quoted(url)}`,
    `-H 'Content-Type: application/json'`,
    `-H ${quoted(`X-Hub-Signature-256: ${webhook.signature}`)}`,
    `--data-binary ${quoted(webhook.body)}`,
  ].join(' \\\n  ');
}

/** JSON with an indent where it is JSON, else the text as it is. */
export function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
