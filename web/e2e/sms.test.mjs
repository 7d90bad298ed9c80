// From WhatsApp to SMS: by itself where a message does not arrive, or because somebody wants it.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { axe, scrollsSideways } from './browser.mjs';
import { askForCode, codeField, isDone, open, phoneField, submit, texts } from './person.mjs';
import { newPhone } from './product.mjs';
import { stage } from './stage.mjs';

const on = stage();

const send = async (page, phone) => {
  await page.locator('select[name=country]').selectOption('DE');
  await phoneField(page).fill(phone.national);
  await submit(page, 'send').click();
};
const shown = (page, text) => page.getByText(text).waitFor();

/** What the back end of the tenant reads. */
async function history(session) {
  const { verification } = await on.product.api('GET', `/v1/sessions/${session.id}`);
  return on.product.api('GET', `/v1/verifications/${verification.id}`);
}

describe('a phone that is not on WhatsApp', () => {
  test('gets its code by SMS after the page has said so, and the history shows both', () =>
    on.visit({}, async (page) => {
      const t = await texts('en');
      const phone = newPhone();
      const session = await on.product.session();
      await on.product.behave(phone.e164, { not_on_whatsapp: true });
      await open(page, session.url);

      await send(page, phone);
      await shown(page, t('ui.sms.fell.sms'));
      await shown(page, t('ui.sms.sent'));
      const code = await on.product.code(phone.e164);
      await codeField(page).fill(code);
      await isDone(page);

      const { messages } = await history(session);
      const ways = messages.map(({ channel, status }) => `${channel} ${status}`);
      assert.deepEqual(ways, ['whatsapp failed', 'sms delivered']);
    }));

  test('is told in Arabic, in the dark, at 320 pixels, and next time begins with SMS', () =>
    on.visit(
      { locale: 'ar', viewport: { width: 320, height: 700 }, colorScheme: 'dark' },
      async (page) => {
        const t = await texts('ar');
        const phone = newPhone();
        await on.product.behave(phone.e164, { not_on_whatsapp: true });
        await open(page, (await on.product.session()).url);

        await send(page, phone);
        await shown(page, t('ui.sms.fell.sms'));

        assert.equal(await scrollsSideways(page), false);
        assert.deepEqual(await axe(page), []);
        await codeField(page).fill(await on.product.code(phone.e164));
        await isDone(page);
      },
    ));

  test('gets its code without JavaScript too', () =>
    on.visit({ javaScriptEnabled: false }, async (page) => {
      const t = await texts('en');
      const phone = newPhone();
      await on.product.behave(phone.e164, { not_on_whatsapp: true });
      await open(page, (await on.product.session()).url);

      await send(page, phone);
      await codeField(page).waitFor();
      const code = await on.product.code(phone.e164);
      await page.reload();

      await shown(page, t('ui.sms.fell.sms'));
      await codeField(page).fill(code);
      await submit(page, 'check').click();
      await isDone(page);
    }));
});

describe('SMS', () => {
  test('can be chosen before anything is sent', () =>
    on.visit({}, async (page) => {
      const t = await texts('en');
      const phone = newPhone();
      const session = await on.product.session();
      await open(page, session.url);
      await page.locator('select[name=country]').selectOption('DE');
      await phoneField(page).fill(phone.national);

      await page.getByRole('button', { name: t('ui.sms.instead.sms') }).click();

      await shown(page, t('ui.sms.sent'));
      await codeField(page).fill(await on.product.code(phone.e164));
      await isDone(page);
      const { messages } = await history(session);
      assert.deepEqual(
        messages.map(({ channel }) => channel),
        ['sms'],
      );
    }));

  test('takes over with the same code when WhatsApp stays silent', () =>
    on.visit({}, async (page) => {
      const t = await texts('en');
      const phone = newPhone();
      const session = await on.product.session();
      await on.product.behave(phone.e164, { lost: true });
      await open(page, session.url);
      await askForCode(page, phone);
      await shown(page, t('ui.code.lead'));

      await page.getByText(t('ui.sms.fell.sms')).waitFor({ timeout: 45_000 });

      await codeField(page).fill(await on.product.code(phone.e164));
      await isDone(page);
      const { messages } = await history(session);
      assert.deepEqual(
        messages.map(({ channel }) => channel),
        ['whatsapp', 'sms'],
      );
    }));

  test('that fails too is the end, with ways on', () =>
    on.visit({}, async (page) => {
      const phone = newPhone();
      await on.product.behave(phone.e164, { not_on_whatsapp: true, sms_error_code: 30005 });
      await open(page, (await on.product.session()).url);

      await send(page, phone);

      await page.locator('[data-step=undeliverable]').waitFor();
      assert.deepEqual(await axe(page), []);
    }));
});
