// A person proves a phone by sending a message that is ready, in Chromium, against the real program.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { axe, scrollsSideways } from './browser.mjs';
import { scan } from './camera.mjs';
import {
  askForCode,
  askForMessage,
  codeField,
  focused,
  isDone,
  isWaiting,
  open,
  readyMessage,
  submit,
  texts,
} from './person.mjs';
import { newPhone } from './product.mjs';
import { stage } from './stage.mjs';

const HELD = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
const DESK = { viewport: { width: 1280, height: 900 } };

const on = stage();

/** Opens WhatsApp from the page, and sends what is ready there from this phone. */
async function sendFrom(page, phone, t) {
  await on.product.addPhone(phone.e164);
  const opening = page.context().waitForEvent('page');
  await page.getByRole('link', { name: t('ui.message.link') }).click();
  const handset = await opening;
  await handset.locator('[data-link] select').selectOption(phone.e164);
  await handset.locator(`[data-phone="${phone.e164}"] .cmp [type=submit]`).click();
  await handset.locator('[data-link]').waitFor({ state: 'detached' });
  return handset;
}

describe('on a phone', () => {
  test('a message is sent with two taps, and the page turns by itself', () =>
    on.visit(HELD, async (page) => {
      const t = await texts('en');
      const phone = newPhone();
      const session = await on.product.session();
      await open(page, session.url);
      await askForMessage(page, phone);
      assert.equal(await page.locator('.side').isVisible(), false);
      const { text, token } = await readyMessage(page);
      assert.ok(text.includes(token) && /^CS-/.test(token), text);
      assert.equal(await page.locator('.bub').innerText(), text);

      await sendFrom(page, phone, t);

      await isDone(page);
      assert.equal(await focused(page), 'H1');
      const seen = await on.product.api('GET', `/v1/sessions/${session.id}`);
      assert.deepEqual([seen.status, seen.phone], ['approved', phone.e164]);
    }));

  test('without a number it is learnt, and the code of the answer is typed', () =>
    on.visit(HELD, async (page) => {
      const t = await texts('en');
      const phone = newPhone();
      const session = await on.product.session();
      await open(page, session.url);
      await askForMessage(page);

      const handset = await sendFrom(page, phone, t);

      await page.locator('[data-step=confirm]').waitFor();
      const answer = await handset
        .getByRole('log')
        .getByText(/\b\d{6}\b/)
        .last()
        .innerText();
      await page.bringToFront();
      await codeField(page).fill(/\b\d{6}\b/.exec(answer)[0]);
      await isDone(page);
      const seen = await on.product.api('GET', `/v1/sessions/${session.id}`);
      assert.deepEqual([seen.status, seen.phone], ['approved', phone.e164]);
    }));

  for (const language of ['es', 'ar']) {
    test(`it is in the language of the page, ${language}`, () =>
      on.visit({ ...HELD, locale: language }, async (page) => {
        const t = await texts(language);
        const phone = newPhone();
        await open(page, (await on.product.session()).url);
        await askForMessage(page, phone);
        const { text, token } = await readyMessage(page);
        assert.ok(text.startsWith(t('chat.verify', { name: 'Example Shop', token })), text);
        assert.equal(await scrollsSideways(page), false);
        assert.deepEqual(await axe(page), []);
        const direction = (selector) =>
          page.locator(selector).evaluate((element) => getComputedStyle(element).direction);
        assert.equal(await direction('html'), language === 'ar' ? 'rtl' : 'ltr');
        assert.equal(await direction('.bub code'), 'ltr');

        await sendFrom(page, phone, t);

        await isDone(page);
      }));
  }
});

describe('on a computer', () => {
  for (const colorScheme of ['light', 'dark']) {
    test(`the picture is read by a camera, ${colorScheme}`, () =>
      on.visit({ ...DESK, colorScheme, deviceScaleFactor: 4 }, async (page) => {
        const phone = newPhone();
        await open(page, (await on.product.session()).url);
        await askForMessage(page, phone);
        const picture = page.locator('.side img');
        await picture.evaluate((image) => image.decode());

        const seen = await scan(page, picture);

        const { link, text } = await readyMessage(page);
        assert.equal(seen.text, link);
        assert.ok(seen.margin >= 4, `a margin of ${seen.margin} modules`);
        assert.equal(seen.ink, 0);
        assert.deepEqual(await axe(page), []);
        await on.product.write(phone.e164, { text });
        await isDone(page);
      }));
  }

  test('WhatsApp is opened there as well', () =>
    on.visit(DESK, async (page) => {
      const t = await texts('en');
      await open(page, (await on.product.session()).url);
      await askForMessage(page);
      const here = page.getByRole('link', { name: t('ui.message.open_here') });

      assert.equal(await here.getAttribute('href'), (await readyMessage(page)).link);
      assert.equal(await here.getAttribute('target'), '_blank');
    }));
});

describe('without scripts', () => {
  const options = { ...DESK, javaScriptEnabled: false };

  test('the page looks again by itself, and reaches the end', () =>
    on.visit(options, async (page, context) => {
      const phone = newPhone();
      await open(page, (await on.product.session()).url);
      const drawn = page.waitForResponse((answer) => answer.url().includes('/qr?t='));
      await askForMessage(page, phone);
      assert.deepEqual(
        [(await drawn).status(), await page.locator('.side img').isVisible()],
        [200, true],
      );
      const { link } = await readyMessage(page);

      const handset = await context.newPage();
      await handset.goto(link);
      await handset.locator('input[name=number]').fill(phone.e164);
      await handset.locator('form button').click();
      await handset.getByRole('status').filter({ hasText: phone.e164 }).waitFor();

      await isDone(page);
    }));
});

describe('the way', () => {
  test('is changed to a code for the same number', () =>
    on.visit(HELD, async (page) => {
      const phone = newPhone();
      await open(page, (await on.product.session()).url);
      await askForMessage(page, phone);
      const { text } = await readyMessage(page);

      await submit(page, 'switch').click();

      await codeField(page).waitFor();
      const code = await on.product.code(phone.e164);
      // What was ready counts no more.
      await on.product.write(phone.e164, { text });
      await codeField(page).fill(code);
      await isDone(page);
    }));

  test('is changed to a message from the same number', () =>
    on.visit(HELD, async (page) => {
      const phone = newPhone();
      await open(page, (await on.product.session()).url);
      await askForCode(page, phone);
      const shown = await page.locator('.to bdi').innerText();

      await submit(page, 'switch').click();

      await isWaiting(page);
      assert.ok((await page.locator('.lead').innerText()).includes(shown));
      await on.product.write(phone.e164, { text: (await readyMessage(page)).text });
      await isDone(page);
    }));

  test('leads back to the number, which is still there', () =>
    on.visit(HELD, async (page) => {
      const phone = newPhone();
      await open(page, (await on.product.session()).url);
      await askForMessage(page, phone);

      await submit(page, 'edit').click();

      await page.locator('[data-step=phone]').waitFor();
      const field = page.locator('input[name=phone]');
      assert.equal((await field.inputValue()).replace(/\D/g, ''), phone.national);
    }));
});
