// A link to the business, opened by a person: a draft that is sent from a phone, or is not.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { axe, scrollsSideways } from './browser.mjs';
import { newPhone } from './product.mjs';
import { stage } from './stage.mjs';

const on = stage();

const TEXT = 'Hello CS-7Q4K-M2XD';
const draft = (page) => page.locator('.cmp textarea');
const sendButton = (page) => page.locator('.cmp [type=submit]');

async function link(query = `text=${encodeURIComponent(TEXT)}`) {
  const settings = await (await fetch(`${on.product.simulator}/api/settings`)).json();
  return `${on.product.simulator}/wa.me/${settings.business_phone.replace('+', '')}?${query}`;
}

/** What a phone has written. */
async function written(phone) {
  const answer = await fetch(`${on.product.simulator}/api/phones/${phone}/messages`);
  const { messages } = await answer.json();
  return messages.filter((message) => message.direction === 'from_phone');
}

/** A phone that was used just now. */
async function usedPhone() {
  const { e164 } = newPhone();
  await fetch(`${on.product.simulator}/api/phones/${e164}/messages`, {
    method: 'POST',
    body: JSON.stringify({ text: 'Hi' }),
  });
  return e164;
}

const texts = async (phone) => (await written(phone)).map((message) => message.text);

describe('a link to the business', () => {
  test('asks for a phone where there is none, and sends with Enter', () =>
    on.visit({}, async (page) => {
      await fetch(`${on.product.simulator}/api/reset`, { method: 'POST' });
      const { e164 } = newPhone();
      await page.goto(await link());
      await page.locator('[data-link] input[type=tel]').fill(e164);
      await page.keyboard.press('Enter');
      await page.waitForFunction(
        (text) => document.querySelector('.cmp textarea')?.value === text,
        TEXT,
      );
      assert.deepEqual(await texts(e164), []);

      await draft(page).press('Enter');

      await page.getByRole('log').getByText(TEXT).waitFor();
      assert.deepEqual(await texts(e164), [TEXT]);
      assert.equal(await page.locator('[data-link]').count(), 0);
    }));

  test('is opened by the phone that was used last, or by another', () =>
    on.visit({ viewport: { width: 1280, height: 900 } }, async (page) => {
      const [first, last] = [await usedPhone(), await usedPhone()];
      await page.goto(await link());
      await page.locator(`[data-phone="${last}"]`).waitFor();
      assert.equal(await draft(page).inputValue(), TEXT);

      await page.locator('[data-link] select').selectOption(first);
      await page.locator(`[data-phone="${first}"]`).waitFor();
      await sendButton(page).click();

      await page.getByRole('log').getByText(TEXT).waitFor();
      assert.deepEqual(await texts(first), ['Hi', TEXT]);
      assert.deepEqual(await texts(last), ['Hi']);
    }));

  test('can be forwarded, written in a group, and sent from a second phone', () =>
    on.visit({ viewport: { width: 1280, height: 900 } }, async (page) => {
      const [second, first] = [await usedPhone(), await usedPhone()];
      await page.goto(await link());
      await page.locator('[data-manner]').click();
      await page.getByRole('button', { name: 'From a second phone' }).click();
      const beside = page.locator(`[data-phone="${second}"]`);
      await page.locator(`[data-phone="${first}"] [name=forwarded]`).check();
      await page.locator(`[data-phone="${first}"] [type=submit]`).click();
      await beside.locator('[data-manner]').click();
      await beside.getByLabel('In a group').check();
      assert.equal(await draft(beside).inputValue(), TEXT);
      await sendButton(beside).click();

      await beside.getByRole('log').getByText('In a group').waitFor();
      assert.equal((await written(first)).at(-1).forwarded, true);
      assert.equal((await written(second)).at(-1).group, true);
    }));

  test('is sent without scripts by a plain form', () =>
    on.visit({ javaScriptEnabled: false }, async (page) => {
      const used = await usedPhone();
      const { e164 } = newPhone();
      await page.goto(await link());
      assert.equal(await page.locator('select[name=phone]').inputValue(), used);
      assert.equal(await page.locator('textarea').inputValue(), TEXT);
      await page.locator('input[name=number]').fill(e164);

      await page.locator('form button').click();

      await page.getByRole('status').filter({ hasText: e164 }).waitFor();
      assert.equal(await page.locator('li.own p').innerText(), TEXT);
      assert.deepEqual(await texts(e164), [TEXT]);
      assert.deepEqual(await texts(used), ['Hi']);
    }));

  test('shows a text as text, whoever wrote it', () =>
    on.visit({}, async (page) => {
      await usedPhone();
      const text =
        '</textarea><img src=x onerror=document.title=1><script>document.title=2</script>';
      await page.goto(await link(`text=${encodeURIComponent(text)}`));
      await page.waitForFunction(
        (wanted) => document.querySelector('.cmp textarea')?.value === wanted,
        text,
      );
      await sendButton(page).click();

      await page.getByRole('log').getByText('</textarea>').waitFor();
      assert.equal(await page.title(), 'Simulator · Countersign');
    }));

  test('to nobody says who is here', () =>
    on.visit({}, async (page) => {
      const answer = await page.goto(`${on.product.simulator}/wa.me/15550100999?text=Hi`);

      assert.equal(answer.status(), 404);
      assert.match(await page.getByRole('alert').innerText(), /\+15550100200/);
      assert.deepEqual(await axe(page), []);
    }));

  for (const [locale, colorScheme] of [
    ['en', 'light'],
    ['ar', 'dark'],
    ['hi', 'light'],
  ]) {
    const small = { viewport: { width: 320, height: 640 }, colorScheme, locale };

    test(`is readable on a small phone, ${locale}, ${colorScheme}`, () =>
      on.visit(small, async (page) => {
        const used = await usedPhone();
        await page.goto(await link());
        await page.locator('[data-link] select').waitFor();
        await page.locator('[data-manner]').click();
        assert.equal(await scrollsSideways(page), false);
        assert.deepEqual(await axe(page), []);

        // The plain form, which this page shows whether there are scripts or not.
        await page.goto(await link(`text=Hi&sent=${encodeURIComponent(used)}`));

        assert.equal(await page.locator('textarea').inputValue(), 'Hi');
        assert.equal(await scrollsSideways(page), false);
        assert.deepEqual(await axe(page), []);
      }));

    test(`is readable on a small phone without scripts, ${locale}, ${colorScheme}`, () =>
      on.visit({ ...small, javaScriptEnabled: false }, async (page) => {
        await usedPhone();
        await page.goto(await link());

        assert.equal(await page.locator('textarea').inputValue(), TEXT);
        const body = await page.locator('main.plain').boundingBox();
        assert.equal(body.width, 320);
      }));
  }
});
