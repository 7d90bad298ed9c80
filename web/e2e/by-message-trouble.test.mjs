// What can come between a person and the message that the page waits for.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  askForMessage,
  codeField,
  focused,
  isAwake,
  isDone,
  isWaiting,
  notice,
  open,
  readyMessage,
  submit,
  texts,
  wrong,
} from './person.mjs';
import { newPhone } from './product.mjs';
import { stage } from './stage.mjs';

const HELD = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

const on = stage();

/** A page that waits for a message from this phone, or from any. */
async function waiting(page, phone) {
  const session = await on.product.session();
  await open(page, session.url);
  await askForMessage(page, phone);
  return { session, ...(await readyMessage(page)) };
}

describe('a page that waits for a message', () => {
  test('asks by itself when its stream is cut', () =>
    on.visit(HELD, async (page) => {
      await page.route('**/events', (route) => route.abort());
      const phone = newPhone();
      const { text } = await waiting(page, phone);

      await on.product.write(phone.e164, { text });

      await isDone(page);
    }));

  test('goes on when the network is back', () =>
    on.visit(HELD, async (page, context) => {
      const t = await texts('en');
      const phone = newPhone();
      const { text } = await waiting(page, phone);
      await context.setOffline(true);
      await page.getByText(t('ui.offline')).waitFor();
      await on.product.write(phone.e164, { text });
      assert.equal(await page.locator('[data-step=message]').count(), 1);

      await context.setOffline(false);

      await isDone(page);
    }));

  test('is the same after a reload, in a second tab, and for whoever comes back', () =>
    on.visit(HELD, async (page, context) => {
      const phone = newPhone();
      const { session, token, text } = await waiting(page, phone);
      const isSame = async (tab) => {
        await isWaiting(tab);
        assert.equal((await readyMessage(tab)).token, token);
      };
      await page.reload();
      await isSame(page);
      const second = await context.newPage();
      await second.goto(session.url);
      await isSame(second);
      await page.goto(`${on.product.url}/docs`);
      await page.goBack();
      await isSame(page);

      await on.product.write(phone.e164, { text });

      await Promise.all([isDone(page), isDone(second)]);
    }));

  test('shows how things stand to whoever goes back to it later', () =>
    on.visit(HELD, async (page) => {
      const phone = newPhone();
      const { text } = await waiting(page, phone);
      await page.goto(`${on.product.url}/docs`);
      await on.product.write(phone.e164, { text });

      await page.goBack();

      await isDone(page);
    }));
});

describe('a message that does not count', () => {
  test('from another number is told with both masked, and the right one may follow', () =>
    on.visit(HELD, async (page) => {
      const t = await texts('en');
      const [phone, stranger] = [newPhone(), newPhone()];
      const { text } = await waiting(page, phone);

      await on.product.write(stranger.e164, { text });

      const sender = `+49 ••• ••• ••• ${stranger.e164.slice(-2)}`;
      await notice(page, t('ui.notice.wrong_number', { sender })).waitFor();
      const shown = await page.locator('main').innerText();
      for (const { national } of [phone, stranger]) assert.ok(!shown.includes(national), shown);
      assert.ok(shown.includes(t('ui.message.waiting')), shown);
      await page.reload();
      await notice(page, t('ui.notice.wrong_number', { sender })).waitFor();
      await isAwake(page);
      await on.product.write(phone.e164, { text });
      await isDone(page);
    }));

  test('because it was forwarded may be sent again', () =>
    on.visit(HELD, async (page) => {
      const t = await texts('en');
      const phone = newPhone();
      const { text } = await waiting(page, phone);

      await on.product.write(phone.e164, { text, forwarded: true });

      await notice(page, t('ui.notice.forwarded')).waitFor();
      await on.product.write(phone.e164, { text });
      await isDone(page);
    }));

  test('because its code was lost may be sent again', () =>
    on.visit(HELD, async (page) => {
      const t = await texts('en');
      const phone = newPhone();
      const { text } = await waiting(page, phone);

      await on.product.write(phone.e164, { text: 'What do I do here?' });

      await notice(page, t('ui.notice.missing_token')).waitFor();
      await on.product.write(phone.e164, { text: text.toLowerCase() });
      await isDone(page);
    }));

  test('because the number is hidden leads to a code for the one that is shared', () =>
    on.visit(HELD, async (page, context) => {
      const t = await texts('en');
      const phone = newPhone();
      const { session, text } = await waiting(page);
      await on.product.behave(phone.e164, { username_only: true });
      await on.product.write(phone.e164, { text });
      await notice(page, t('ui.notice.contact_asked')).waitFor();

      const handset = await context.newPage();
      await handset.goto(`${on.product.simulator}/?phone=${encodeURIComponent(phone.e164)}`);
      await handset.locator('[data-share-contact]').click();

      await page.locator('[data-step=code]').waitFor();
      await isAwake(page);
      await codeField(page).fill(await on.product.code(phone.e164));
      await isDone(page);
      const seen = await on.product.api('GET', `/v1/sessions/${session.id}`);
      assert.equal(seen.phone, phone.e164);
    }));
});

describe('what ended', () => {
  test('is started again with another token and another picture', () =>
    on.visit({ viewport: { width: 1280, height: 900 } }, async (page) => {
      const t = await texts('en');
      const phone = newPhone();
      const { session, token } = await waiting(page, phone);
      const picture = page.locator('.side img');
      const before = await picture.getAttribute('src');
      const { verification } = await on.product.api('GET', `/v1/sessions/${session.id}`);

      await on.product.api('POST', `/v1/verifications/${verification.id}/cancel`, {});

      await page.locator('[data-step=canceled]').waitFor();
      assert.equal(await focused(page), 'H1');
      assert.ok((await page.locator('main').innerText()).includes(t('ui.unsent.canceled.lead')));
      await page.getByRole('button', { name: t('ui.restart') }).click();
      await isWaiting(page);
      const next = await readyMessage(page);
      assert.notEqual(next.token, token);
      assert.notEqual(await picture.getAttribute('src'), before);
      await page.waitForFunction(() => document.querySelector('.side img').naturalWidth > 0);
      await on.product.write(phone.e164, { text: next.text });
      await isDone(page);
    }));

  test('by NO in the chat is told as such', () =>
    on.visit(HELD, async (page) => {
      const t = await texts('en');
      const phone = newPhone();
      const { session, text } = await waiting(page);
      await on.product.write(phone.e164, { text });
      await page.locator('[data-step=confirm]').waitFor();
      await on.product.code(phone.e164);

      await on.product.write(phone.e164, { text: 'NO' });

      await page.locator('[data-step=canceled]').waitFor();
      assert.ok((await page.locator('main').innerText()).includes(t('ui.notice.denied')));
      const { status, verification } = await on.product.api('GET', `/v1/sessions/${session.id}`);
      assert.deepEqual([status, verification.status], ['open', 'canceled']);
    }));

  test('by a second sender is told as such', () =>
    on.visit(HELD, async (page) => {
      const t = await texts('en');
      const [phone, second] = [newPhone(), newPhone()];
      const { text } = await waiting(page);
      await on.product.write(phone.e164, { text });
      await page.locator('[data-step=confirm]').waitFor();

      await on.product.write(second.e164, { text });

      await page.locator('[data-step=canceled]').waitFor();
      assert.ok((await page.locator('main').innerText()).includes(t('ui.notice.second_sender')));
    }));

  test('by three wrong codes is locked', () =>
    on.visit(HELD, async (page) => {
      const t = await texts('en');
      const phone = newPhone();
      const { text } = await waiting(page);
      await on.product.write(phone.e164, { text });
      await page.locator('[data-step=confirm]').waitFor();
      let code = await on.product.code(phone.e164);
      for (const left of [2, 1]) {
        code = wrong(code);
        await codeField(page).fill(code);
        await page.getByText(t('err.wrong_code', { n: left })).waitFor();
        await page.waitForFunction(() => document.querySelector('input[name=code]').value === '');
      }

      await codeField(page).fill(wrong(code));

      await page.locator('[data-step=locked]').waitFor();
      assert.equal(await submit(page, 'restart').count(), 1);
    }));
});
