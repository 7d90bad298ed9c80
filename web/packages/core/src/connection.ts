// Speaks with the server of the page.
import type { Moment } from './page.ts';

/** Longer than any answer takes; then the person is told. */
const TIMEOUT_MS = 15000;
const FIRST_PAUSE_MS = 2000;
const LONGEST_PAUSE_MS = 15000;

/** Why there was no answer: the key of a text. */
export class Failure extends Error {
  get key(): string {
    return this.message;
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

/** Tells what changed; answers a question by whether anything newer was told since it was asked. */
export interface Listener {
  tell(moment: Moment): void;
  /** Called when a question is asked; what it answers says whether its answer still counts. */
  wonder(): () => boolean;
}

/** Asks how things stand, and tells it unless something newer was told meanwhile. */
export function look(base: string, { tell, wonder }: Listener): Promise<void> {
  const isStillNews = wonder();
  return ask(`${base}/status`)
    .then((moment) => {
      if (isStillNews()) tell(moment);
    })
    .catch(() => {});
}

/**
 * Keeps a page up to date until it is told to stop: by a stream, and by asking for as long as the
 * stream tells nothing. It may have failed, or something on the way may hold back what it says.
 */
export function follow(base: string, listener: Listener): () => void {
  let source: EventSource | null = null;
  let isHeard = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let pause = FIRST_PAUSE_MS;
  let isOver = false;

  const rest = () => {
    clearTimeout(timer);
    timer = undefined;
    pause = FIRST_PAUSE_MS;
  };

  // A stream that tries again by itself fails each time: the turn that is due stays due.
  const poll = () => {
    if (timer || isHeard || isOver) return;
    timer = setTimeout(() => {
      timer = undefined;
      look(base, listener).then(poll);
      pause = Math.min(pause * 1.5, LONGEST_PAUSE_MS);
    }, pause);
  };

  const fail = () => {
    isHeard = false;
    poll();
  };

  const listen = () => {
    fail();
    if (typeof EventSource === 'undefined') return;
    source = new EventSource(`${base}/events`);
    source.addEventListener('state', (event) => {
      isHeard = true;
      rest();
      listener.tell(JSON.parse((event as MessageEvent<string>).data));
    });
    source.onerror = fail;
  };

  // Whoever comes back sees at once how things stand, and not at the next turn.
  const comeBack = () => {
    if (document.visibilityState === 'hidden') return;
    rest();
    look(base, listener);
    if (!source || source.readyState === 2) listen();
    else poll();
  };
  const show = (event: PageTransitionEvent) => {
    if (event.persisted) comeBack();
  };

  listen();
  window.addEventListener('online', comeBack);
  window.addEventListener('pageshow', show);
  document.addEventListener('visibilitychange', comeBack);
  return () => {
    isOver = true;
    clearTimeout(timer);
    if (source) source.close();
    window.removeEventListener('online', comeBack);
    window.removeEventListener('pageshow', show);
    document.removeEventListener('visibilitychange', comeBack);
  };
}
