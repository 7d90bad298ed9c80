// What a person does on the hosted page, found the way a person finds it.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';

const catalogues = new Map();

/** The texts of a language, as the page has them. */
export async function texts(language) {
  if (!catalogues.has(language)) {
    const file = new URL(`../locales/${language}.json`, import.meta.url);
    catalogues.set(language, JSON.parse(await readFile(file, 'utf8')));
  }
  const catalogue = catalogues.get(language);
  return (key, values = {}) => {
    let text = catalogue[key];
    assert.ok(text !== undefined, `${language} has no ${key}`);
    if (typeof text === 'object') {
      text = text[new Intl.PluralRules(language).select(values.n)] ?? text.other;
    }
    return text.replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
  };
}

export const codeField = (page) => page.locator('input[name=code]');
export const phoneField = (page) => page.locator('input[name=phone]');
export const alert = (page) => page.getByRole('alert');
export const submit = (page, action) =>
  page.locator(`form[action$="/${action}"] button[type=submit]:not([formaction]):not([name])`);

/** Whether the page's own script has taken over. */
export function isAwake(page) {
  return page.waitForFunction(() => document.documentElement.dataset.awake === 'true');
}

/** Opens a session's page, and waits until it is as it will be. */
export async function open(page, url) {
  await page.goto(url);
  if (await hasScripts(page)) await isAwake(page);
}

async function hasScripts(page) {
  return (await page.locator('script[type=module]').count()) > 0 && !page.context().withoutScripts;
}

/** Types a number and asks for its code. */
export async function askForCode(page, phone) {
  await page.locator('select[name=country]').selectOption('DE');
  await phoneField(page).fill(phone.national);
  await submit(page, 'send').click();
  await codeField(page).waitFor();
}

/** Chooses to send a message; with a number typed, or with none. */
export async function askForMessage(page, phone) {
  await page.locator('select[name=country]').selectOption('DE');
  if (phone) await phoneField(page).fill(phone.national);
  await page.locator('button[name=method][value=message]').click();
  await isWaiting(page);
}

/** Waits until the page waits for a message, with everything that the page can do. */
export async function isWaiting(page) {
  await page.locator('[data-step=message]').waitFor();
  if (await hasScripts(page)) await isAwake(page);
}

/** Where the message that is ready leads, and what it says. */
export async function readyMessage(page) {
  const link = await page.locator('a[href*="text="]').first().getAttribute('href');
  const token = await page.locator('.bub code').innerText();
  return { link, token, text: new URL(link).searchParams.get('text') };
}

export const notice = (page, text) => page.locator('.note[role=alert]').filter({ hasText: text });

/** The element that has the focus. */
export const focused = (page) => page.evaluate(() => document.activeElement?.tagName);

/** A code that is not the right one. */
export function wrong(code) {
  const next = (Number(code) + 1) % 10 ** code.length;
  return String(next).padStart(code.length, '0');
}

export async function isDone(page) {
  await page.locator('[data-step=done]').waitFor();
}
