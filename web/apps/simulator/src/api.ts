/** Calls to the simulator's API, which is on the page's own address. */

import type {
  Behaviour,
  Channel,
  GraphRequest,
  Message,
  Phone,
  ScenarioReport,
  Settings,
  Webhook,
} from './wire.ts';

/** The simulator said no, in a sentence that says what to do. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    sentence: string,
  ) {
    super(sentence);
  }
}

const phonePath = (number: string) => `/api/phones/${encodeURIComponent(number)}`;
const messagePath = (number: string, id: string) =>
  `${phonePath(number)}/messages/${encodeURIComponent(id)}`;

interface Options {
  /** A status that is not a refusal, although it is no success either. */
  alsoGood?: number;
}

async function call<T>(
  method: string,
  path: string,
  body?: unknown,
  { alsoGood }: Options = {},
): Promise<T> {
  const init: RequestInit = { method, headers: { accept: 'application/json' } };
  if (body !== undefined) {
    init.body = JSON.stringify(body);
    init.headers = { accept: 'application/json', 'content-type': 'application/json' };
  }
  const answer = await fetch(path, init);
  const text = await answer.text();
  if (!answer.ok && answer.status !== alsoGood)
    throw new Refused(answer.status, sentence(text, answer.status));
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

function sentence(text: string, status: number): string {
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === 'object' && body !== null && 'error' in body) return String(body.error);
  } catch {
    // Not JSON: the status has to do.
  }
  return `HTTP ${status}`;
}

export interface Writing {
  text?: string;
  type?: string;
  channel?: Channel;
  /** A number of the business other than its usual one. */
  to?: string;
  forwarded?: boolean;
  group?: boolean;
}

export const api = {
  phones: (search: string) =>
    call<{ phones: Phone[]; total: number }>(
      'GET',
      `/api/phones?limit=200${search === '' ? '' : `&q=${encodeURIComponent(search)}`}`,
    ),
  phone: (number: string) => call<Phone>('GET', phonePath(number)),
  addPhone: (number: string) => call<Phone>('POST', '/api/phones', { number }),
  removePhone: (number: string) => call<void>('DELETE', phonePath(number)),
  behave: (number: string, behaviour: Behaviour) =>
    call<Phone>('PATCH', phonePath(number), behaviour),
  chat: (number: string) => call<{ messages: Message[] }>('GET', `${phonePath(number)}/messages`),
  write: (number: string, writing: Writing) =>
    call<{ message_id: string }>('POST', `${phonePath(number)}/messages`, writing),
  removeMessage: (number: string, id: string) => call<void>('DELETE', messagePath(number, id)),
  setStatus: (number: string, id: string, status: string, errorCode?: number) =>
    call<Message>('POST', `${messagePath(number, id)}/status`, {
      status,
      ...(errorCode === undefined ? {} : { error_code: errorCode }),
    }),
  notRequested: (number: string, id: string) =>
    call<unknown>('POST', `${messagePath(number, id)}/not-requested`),
  webhooks: () => call<{ webhooks: Webhook[] }>('GET', '/api/webhooks?limit=100'),
  repeatWebhook: (id: string) => call<unknown>('POST', `/api/webhooks/${id}/repeat`),
  requests: () => call<{ requests: GraphRequest[] }>('GET', '/api/requests?limit=100'),
  settings: () => call<Settings>('GET', '/api/settings'),
  reset: () => call<void>('POST', '/api/reset'),
  recordedScenario: () => call<unknown>('GET', '/api/scenarios/recorded'),
  /** A step that failed is in the report. */
  runScenario: (scenario: unknown) =>
    call<ScenarioReport>('POST', '/api/scenarios/run', scenario, { alsoGood: 422 }),
};

export type Api = typeof api;
