import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { awaitCode } from './sms.ts';

const get = vi.fn<(request: { otp: unknown; signal: AbortSignal }) => Promise<unknown>>();
const tell = vi.fn();

beforeEach(() => {
  get.mockReset();
  tell.mockReset();
  vi.stubGlobal('window', { OTPCredential: class {} });
  vi.stubGlobal('navigator', { credentials: { get } });
});

afterEach(() => vi.unstubAllGlobals());

const settled = () => new Promise((resolve) => setTimeout(resolve));

describe('the code of a text message', () => {
  test('is told when it comes', async () => {
    get.mockResolvedValue({ code: '123456' });
    awaitCode(tell);
    await settled();
    expect(get.mock.calls[0]?.[0].otp).toEqual({ transport: ['sms'] });
    expect(tell).toHaveBeenCalledExactlyOnceWith('123456');
  });

  test('is waited for until nobody wants it', () => {
    get.mockReturnValue(new Promise(() => {}));
    const stop = awaitCode(tell);
    const signal = get.mock.calls[0]?.[0].signal;
    expect(signal?.aborted).toBe(false);
    stop();
    expect(signal?.aborted).toBe(true);
  });

  test.each([
    ['the person declines', () => Promise.reject(new Error('declined'))],
    ['the page may not ask', () => Promise.resolve(null)],
  ])('is typed where %s', async (_, answer) => {
    get.mockImplementation(answer);
    awaitCode(tell);
    await settled();
    expect(tell).not.toHaveBeenCalled();
  });

  test('is not asked for where the browser knows of no such thing', async () => {
    vi.stubGlobal('window', {});
    awaitCode(tell)();
    await settled();
    expect(get).not.toHaveBeenCalled();
  });
});
