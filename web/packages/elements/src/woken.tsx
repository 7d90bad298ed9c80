// The page that a server printed, woken in a browser that the test holds: its clock, its network, its
// stream.
import { makeTranslate, type State } from '@countersign/core';
import { HostedPage } from '@countersign/react';
import { hydrate, render } from 'preact';
import { render as print } from 'preact-render-to-string';
import { afterEach, beforeEach, vi } from 'vitest';
import { sheetOf } from '../../../gallery/sheet.ts';
import { sceneOf } from '../../../gallery/states.ts';
import { App } from './App.tsx';

export const SECOND = 1000;
export const DAY = 86_400 * SECOND;
export const answers = vi.fn<(url: string, body: string) => Promise<Partial<State>>>();

export let root: HTMLElement;
let shown: State;
let serverAhead: number;
let stream: EventTarget;

class Stream extends EventTarget {
  constructor() {
    super();
    stream = this;
  }
  close() {}
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('EventSource', Stream);
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    const changes = await answers(new URL(url, 'http://x').pathname, String(init.body ?? ''));
    return Response.json({ now: Date.now() + serverAhead, state: { ...shown, ...changes } });
  });
  answers.mockReset();
  answers.mockResolvedValue({});
  root = document.createElement('div');
  document.body.append(root);
});

afterEach(() => {
  render(null, root);
  root.remove();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

/** Wakes the page that a server printed, on a machine whose clock is wrong by `isWrongBy`. */
export async function wake(query: string, change = (_: State) => {}, isWrongBy = 0) {
  const { boot, countries } = sceneOf(new URLSearchParams(query));
  change(boot.state);
  shown = boot.state;
  serverAhead = -isWrongBy;
  vi.setSystemTime(boot.now + isWrongBy);
  const scene = { ...sceneOf(new URLSearchParams(query)), boot };
  root.innerHTML = print(<HostedPage sheet={sheetOf(scene, null)} />);
  const t = makeTranslate(boot.lang, boot.messages);
  const wakeUp = async (typed = '') => {
    hydrate(<App boot={boot} countries={countries} t={t} typed={typed} />, root);
    await pass(0);
  };
  return { boot, t, wakeUp };
}

export async function awake(query: string, change?: (state: State) => void, isWrongBy?: number) {
  const page = await wake(query, change, isWrongBy);
  await page.wakeUp();
  return page;
}

export async function pass(milliseconds: number) {
  await vi.advanceTimersByTimeAsync(milliseconds + 20);
}

export function find<T extends HTMLElement>(selector: string): T {
  const found = root.querySelector<T>(selector);
  if (!found) throw new Error(`there is no ${selector}`);
  return found;
}

export const field = () => find<HTMLInputElement>('#code');
export const sent = () => answers.mock.calls.map(([url, body]) => `${url} ${body}`);

export async function type(text: string, selector = '#code') {
  const input = find<HTMLInputElement>(selector);
  input.value = text;
  input.dispatchEvent(new Event('input', { bubbles: true }));
  await pass(0);
}

export async function press(selector: string) {
  find(selector).click();
  await pass(0);
}

export async function told(changes: Partial<State>) {
  const data = JSON.stringify({ now: Date.now() + serverAhead, state: { ...shown, ...changes } });
  stream.dispatchEvent(new MessageEvent('state', { data }));
  await pass(0);
}
