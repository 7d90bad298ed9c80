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
export async function axe(page, { without = [] } = {}) {
  const source = await readFile(AXE, 'utf8');
  // The page's own policy allows no foreign script; the debugger is not a page.
  const client = await page.context().newCDPSession(page);
  await client.send('Runtime.evaluate', { expression: source });
  const found = await client.send('Runtime.evaluate', {
    expression: `axe.run(document, { resultTypes: ['violations'], rules: ${JSON.stringify(
      Object.fromEntries(without.map((rule) => [rule, { enabled: false }])),
    )} }).then((result) =>
      JSON.stringify(result.violations.map((violation) =>
        violation.id + ': ' + violation.nodes.map((node) => node.target.join(' ')).join(', '))))`,
    awaitPromise: true,
    returnByValue: true,
  });
  await client.detach();
  if (found.exceptionDetails) throw new Error(found.exceptionDetails.text);
  return JSON.parse(found.result.value);
}

/** Whether the page can be moved sideways. */
export function scrollsSideways(page) {
  return page.evaluate(
    () => document.documentElement.scrollWidth > document.documentElement.clientWidth,
  );
}
