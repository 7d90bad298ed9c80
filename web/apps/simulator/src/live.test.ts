import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Connection, listen } from './live.ts';
import type { Change } from './wire.ts';

class FakeSource extends EventTarget {
  onopen: (() => void) | null = null;
  onerror: (() => void) | null = null;
  readonly CLOSED = 2;
  readyState = 1;
  isClosed = false;
  close() {
    this.isClosed = true;
  }
  say(data: string) {
    this.dispatchEvent(new MessageEvent('change', { data }));
  }
}

const sources: FakeSource[] = [];
const changes: Change[] = [];
const connections: Connection[] = [];

function listening() {
  const open = () => {
    const source = new FakeSource();
    sources.push(source);
    return source as unknown as EventSource;
  };
  return listen(
    { changed: (change) => changes.push(change), connection: (now) => connections.push(now) },
    open,
  );
}

beforeEach(() => {
  vi.useFakeTimers();
  for (const list of [sources, changes, connections]) list.length = 0;
});
afterEach(() => {
  vi.useRealTimers();
});

test('changes are handed on, and what is not one is passed over', () => {
  listening();

  sources[0]?.say('{"what":"chat","wa_id":"49"}');
  sources[0]?.say('not json');

  expect(changes).toEqual([{ what: 'chat', wa_id: '49' }]);
});

test('a stream that ended for good is opened again', () => {
  listening();
  const [first] = sources;
  if (first) first.readyState = 2;

  first?.onerror?.();
  vi.advanceTimersByTime(5000);

  expect(connections).toEqual(['lost']);
  expect(sources).toHaveLength(2);
});

test('while the browser tries by itself, no second stream is opened', () => {
  listening();
  const [first] = sources;
  if (first) first.readyState = 0;

  first?.onerror?.();
  vi.advanceTimersByTime(5000);
  first?.onopen?.();

  expect(sources).toHaveLength(1);
  expect(connections).toEqual(['lost', 'live']);
});

test('whoever stops listening closes the stream', () => {
  const stop = listening();

  stop();

  expect(sources[0]?.isClosed).toBe(true);
});
