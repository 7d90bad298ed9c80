// Chromium as people hold it: small, in their language, with or without scripts.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** A cheap Android of the day, held upright. */
export const PHONE = { width: 360, height: 740 };

export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** Runs `act` in a browser of its own, cookies and all, and holds it to having met no error. */
export async function visitIn(chromium, options, act) {
  const { context, faults } = await newBrowser(chromium, options);
  context.withoutScripts = options.javaScriptEnabled === false;
  try {
    await act(await context.newPage(), context);
    assert.deepEqual(faults, []);
  } finally {
    await context.close();
  }
}

async function newBrowser(chromium, options) {
  const context = await chromium.newContext({ viewport: PHONE, locale: 'en', ...options });
  context.setDefaultTimeout(10_000);
  const faults = [];
  context.on('page', (page) => {
    page.on('pageerror', (error) => faults.push(`${page.url()}: ${error.message}`));
    page.on('console', (message) => {
      const text = message.text();
      // A code that is refused, or a network that a test cut, is told here as well.
      const isAboutNetwork = /Failed to load resource|ERR_INTERNET_DISCONNECTED/.test(text);
      if (message.type() === 'error' && !isAboutNetwork) faults.push(text);
    });
  });
  return { context, faults };
}

/** What axe finds wrong, each as one line. Rules that make no sense here are named. */
export async function axe(page, options) {
  return (await axeIn(page, options))();
}

/** The same, for a document that changes and is looked at again and again. */
export async function axeIn(page, { without = [] } = {}) {
  const source = await readFile(AXE, 'utf8');
  // The page's own policy allows no foreign script; the debugger is not a page.
  const client = await page.context().newCDPSession(page);
  const evaluate = async (expression) => {
    const answer = await client.send('Runtime.evaluate', {
      expression,
      awaitPromise: true,
      returnByValue: true,
    });
    if (answer.exceptionDetails) throw new Error(answer.exceptionDetails.text);
    return answer.result.value;
  };
  const rules = Object.fromEntries(without.map((rule) => [rule, { enabled: false }]));
  const options = JSON.stringify({ resultTypes: ['violations'], rules });
  const found = `window.axe?.run(document, ${options}).then((result) =>
    JSON.stringify(result.violations.map((violation) =>
      violation.id + ': ' + violation.nodes.map((node) => node.target.join(' ')).join(', '))))`;
  return async () => {
    const answer = await evaluate(found);
    if (answer !== undefined) return JSON.parse(answer);
    await evaluate(`${source};undefined`);
    return JSON.parse(await evaluate(found));
  };
}

/** Whether the page can be moved sideways. */
export function scrollsSideways(page) {
  return page.evaluate(
    () => document.documentElement.scrollWidth > document.documentElement.clientWidth,
  );
}
