// What the server of the sandbox tells this page.

/** Where everything is. */
export interface Facts {
  api: string;
  simulator: string;
  api_key: string;
}

/** A session as `GET /v1/sessions/{id}` answers it; the rest of its fields is only shown. */
export interface Session {
  id: string;
  status: 'open' | 'approved' | 'ended';
  phone: string | null;
}

export interface Visit {
  page: string;
  session: Session;
}

/** Why the server did not do it, in its own words. */
export class Refused extends Error {}

export async function facts(): Promise<Facts> {
  return call('/demo/facts');
}

export async function start(phone: string, locale: string): Promise<Visit> {
  return call('/demo/sessions', { method: 'POST', body: new URLSearchParams({ phone, locale }) });
}

export async function look(id: string): Promise<Visit> {
  return call(`/demo/sessions/${encodeURIComponent(id)}`);
}

async function call<T>(path: string, init: RequestInit = {}): Promise<T> {
  const answer = await fetch(path, { ...init, headers: { accept: 'application/json' } });
  const body = await answer.json();
  if (!answer.ok) throw new Refused(typeof body.detail === 'string' ? body.detail : body.title);
  return body;
}
