// Speaks with the server of the page.
import type { Moment } from './page.ts';

/** Longer than any answer takes; then the person is told. */
const TIMEOUT_MS = 15000;
const FIRST_PAUSE_MS = 2000;
const LONGEST_PAUSE_MS = 15000;

/** Why there was no answer. */
export class Failure extends Error {
  constructor(readonly key: 'err.timeout' | 'err.server') {
    super(key);
  }
}

/** Asks for, or sends to, an address below the page. */
export async function ask(url: string, body?: URLSearchParams): Promise<Moment> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), TIMEOUT_MS);
  try {
    const answer = await fetch(url, {
      headers: { accept: 'application/json' },
      signal: controller.signal,
      credentials: 'same-origin',
      cache: 'no-store',
      ...(body ? { method: 'POST', body } : {}),
    });
    const moment = await answer.json();
    if (!moment.state) throw new Failure('err.server');
    return moment;
  } catch {
    throw new Failure(controller.signal.aborted ? 'err.timeout' : 'err.server');
  } finally {
    clearTimeout(timer);
  }
}

/** Keeps a page up to date until it is told to stop: by a stream, and by asking where that fails. */
export function follow(base: string, tell: (moment: Moment) => void): () => void {
  let source: EventSource | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let pause = FIRST_PAUSE_MS;
  let isOver = false;

  const look = () =>
    ask(`${base}/status`)
      .then(tell)
      .catch(() => {});

  const poll = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      look().then(() => {
        if (!isOver && source?.readyState !== 1) poll();
      });
      pause = Math.min(pause * 1.5, LONGEST_PAUSE_MS);
    }, pause);
  };

  const listen = () => {
    if (typeof EventSource === 'undefined') return poll();
    source = new EventSource(`${base}/events`);
    source.addEventListener('state', (event) => {
      clearTimeout(timer);
      pause = FIRST_PAUSE_MS;
      tell(JSON.parse((event as MessageEvent<string>).data));
    });
    source.onerror = poll;
  };

  // Whoever comes back sees at once how things stand, and not at the next turn.
  const comeBack = () => {
    if (document.visibilityState === 'hidden') return;
    pause = FIRST_PAUSE_MS;
    look();
    if (!source || source.readyState === 2) listen();
  };

  listen();
  window.addEventListener('online', comeBack);
  window.addEventListener('pageshow', comeBack);
  document.addEventListener('visibilitychange', comeBack);
  return () => {
    isOver = true;
    clearTimeout(timer);
    if (source) source.close();
    window.removeEventListener('online', comeBack);
    window.removeEventListener('pageshow', comeBack);
    document.removeEventListener('visibilitychange', comeBack);
  };
}
