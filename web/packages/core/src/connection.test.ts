import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ask, follow } from './connection.ts';

const MOMENT = { now: 5, state: { step: 'code' } };
const fetched = vi.fn<(url: string, init: RequestInit) => Promise<Response>>();

/** A stream that a test speaks for. */
class Stream extends EventTarget {
  static opened: Stream[] = [];
  readyState = 0;
  onerror: (() => void) | null = null;
  constructor(readonly url: string) {
    super();
    Stream.opened.push(this);
  }
  tell(moment: unknown) {
    this.readyState = 1;
    this.dispatchEvent(new MessageEvent('state', { data: JSON.stringify(moment) }));
  }
  fail(readyState: number) {
    this.readyState = readyState;
    this.onerror?.();
  }
  close() {
    this.readyState = 2;
  }
}

beforeEach(() => {
  vi.useFakeTimers();
  Stream.opened = [];
  fetched.mockReset();
  fetched.mockImplementation(async () => Response.json(MOMENT));
  vi.stubGlobal('fetch', fetched);
  vi.stubGlobal('EventSource', Stream);
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('asking', () => {
  test('sends a form as the browser would, and wants JSON', async () => {
    await expect(ask('/v/x/check', new URLSearchParams({ code: '1' }))).resolves.toEqual(MOMENT);
    const [url, init] = fetched.mock.calls[0] ?? [];
    expect(url).toBe('/v/x/check');
    expect(init).toMatchObject({ method: 'POST', headers: { accept: 'application/json' } });
    expect(String(init?.body)).toBe('code=1');
  });

  test('an answer that never comes is given up after 15 seconds', async () => {
    fetched.mockImplementation(
      (_, init) =>
        new Promise((_resolve, reject) => {
          init.signal?.addEventListener('abort', () => reject(new Error('aborted')));
        }),
    );
    const outcome = expect(ask('/v/x/status')).rejects.toMatchObject({ key: 'err.timeout' });
    await vi.advanceTimersByTimeAsync(15_000);
    await outcome;
  });

  test.each([
    ['is not JSON', () => new Response('<html>')],
    ['has no state', () => Response.json({ title: 'Forbidden' }, { status: 403 })],
    ['is a broken network', () => Promise.reject(new TypeError('network'))],
  ])('an answer that %s is the fault of the server', async (_, answer) => {
    fetched.mockImplementation(async () => answer());
    await expect(ask('/v/x/status')).rejects.toMatchObject({ key: 'err.server' });
  });
});

describe('following', () => {
  const tell = vi.fn();
  let isStillNews = true;
  let stop = () => {};
  const start = () => {
    tell.mockReset();
    isStillNews = true;
    stop = follow('/v/x', { tell, wonder: () => () => isStillNews });
    return Stream.opened[0] as Stream;
  };
  afterEach(() => stop());

  test('tells what the stream tells, and does not ask beside it', async () => {
    const stream = start();
    stream.tell(MOMENT);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(stream.url).toBe('/v/x/events');
    expect(tell.mock.calls).toEqual([[MOMENT]]);
    expect(fetched).not.toHaveBeenCalled();
  });

  test('asks where the stream fails, less and less often', async () => {
    start().fail(2);
    const times: number[] = [];
    const begin = Date.now();
    fetched.mockImplementation(async () => {
      times.push(Date.now() - begin);
      return Response.json(MOMENT);
    });
    await vi.advanceTimersByTimeAsync(60_000);
    const pauses = times.map((time, index) => time - (times[index - 1] ?? 0));
    expect(pauses).toEqual([2000, 3000, 4500, 6750, 10125, 15000, 15000]);
    expect(tell).toHaveBeenCalledTimes(pauses.length);
  });

  test('asks where there are no streams', async () => {
    vi.stubGlobal('EventSource', undefined);
    start();
    await vi.advanceTimersByTimeAsync(2000);
    expect(tell).toHaveBeenCalledExactlyOnceWith(MOMENT);
  });

  test('keeps to itself what is older than what was told since it asked', async () => {
    start().fail(2);
    isStillNews = false;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(fetched).toHaveBeenCalledTimes(3);
    expect(tell).not.toHaveBeenCalled();
  });

  test('goes on asking through failures', async () => {
    fetched.mockRejectedValue(new TypeError('network'));
    start().fail(2);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(fetched).toHaveBeenCalledTimes(3);
    expect(tell).not.toHaveBeenCalled();
  });

  test('stops asking when the stream is back', async () => {
    const stream = start();
    stream.fail(0);
    await vi.advanceTimersByTimeAsync(2000);
    stream.tell(MOMENT);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(fetched).toHaveBeenCalledTimes(1);
  });

  test('asks in turn while the stream tries again by itself, however often it fails', async () => {
    const stream = start();
    const times: number[] = [];
    const begin = Date.now();
    fetched.mockImplementation(async () => {
      times.push(Date.now() - begin);
      return Response.json(MOMENT);
    });

    for (let second = 0; second < 30; second += 3) {
      stream.fail(0);
      await vi.advanceTimersByTimeAsync(3000);
    }

    expect(times).toEqual([2000, 5000, 9500, 16_250, 26_375]);
  });

  test('asks where something on the way holds the stream back', async () => {
    const stream = start();
    stream.readyState = 1;
    await vi.advanceTimersByTimeAsync(5000);
    expect(fetched).toHaveBeenCalledTimes(2);

    stream.tell(MOMENT);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(fetched).toHaveBeenCalledTimes(2);
  });

  test.each([
    [true, 1],
    [false, 0],
  ])('a page that is shown again (from memory: %s) asks %d times', (persisted, times) => {
    start().tell(MOMENT);
    const event = Object.assign(new Event('pageshow'), { persisted });
    window.dispatchEvent(event);
    expect(fetched).toHaveBeenCalledTimes(times);
  });

  test('asks at once when the network is back, and opens the stream that was closed', async () => {
    start().fail(2);
    window.dispatchEvent(new Event('online'));
    expect(fetched).toHaveBeenCalledTimes(1);
    expect(Stream.opened).toHaveLength(2);
  });

  test('is over when it is told to stop', async () => {
    const stream = start();
    stream.fail(0);
    stop();
    window.dispatchEvent(new Event('online'));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(fetched).not.toHaveBeenCalled();
    expect(stream.readyState).toBe(2);
  });

  test('asks no more when it is stopped while an answer is on its way', async () => {
    let answer = (_: Response) => {};
    fetched.mockImplementation(
      () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    );
    start().fail(2);
    await vi.advanceTimersByTimeAsync(2000);
    stop();
    answer(Response.json(MOMENT));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(fetched).toHaveBeenCalledTimes(1);
  });
});
