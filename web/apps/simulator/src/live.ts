/** The stream of changes. It reconnects by itself and says so. */

import type { Change } from './wire.ts';

export type Connection = 'connecting' | 'live' | 'lost';

interface Listener {
  changed(change: Change): void;
  connection(now: Connection): void;
}

/** How long after a stream that ended for good the next is opened. */
const AGAIN_AFTER_MS = 3000;

/** Answers a function that stops listening. */
export function listen(listener: Listener, open = (url: string) => new EventSource(url)) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let source: EventSource;
  const start = () => {
    source = open('/api/events');
    source.onopen = () => listener.connection('live');
    source.onerror = () => {
      listener.connection('lost');
      // After an HTTP error the browser does not try again.
      if (source.readyState === source.CLOSED) timer = setTimeout(start, AGAIN_AFTER_MS);
    };
    source.addEventListener('change', (event) => {
      const change = parse((event as MessageEvent<string>).data);
      if (change !== null) listener.changed(change);
    });
  };
  start();
  return () => {
    clearTimeout(timer);
    source.close();
  };
}

function parse(text: string): Change | null {
  try {
    return JSON.parse(text) as Change;
  } catch {
    return null;
  }
}
