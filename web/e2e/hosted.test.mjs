// A person verifies a phone on the hosted page, in Chromium, against the real program.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { scrollsSideways } from './browser.mjs';
import {
  alert,
  askForCode,
  codeField,
  isAwake,
  isDone,
  open,
  phoneField,
  submit,
  texts,
  wrong,
} from './person.mjs';
import { newPhone } from './product.mjs';
import { stage } from './stage.mjs';

const on = stage();

describe('a code', () => {
  test('is typed, and the page turns to a check mark by itself', () =>
    on.visit({}, async (page) => {
      const phone = newPhone();
      const session = await on.product.session();
      await open(page, session.url);
      await askForCode(page, phone);
      assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('name')), 'code');

      await page.keyboard.type(await on.product.code(phone.e164));

      await isDone(page);
      const seen = await on.product.api('GET', `/v1/sessions/${session.id}`);
      assert.equal(seen.status, 'approved');
      assert.equal(seen.phone, phone.e164);
    }));

  test('is pasted within other words', () =>
    on.visit({ permissions: ['clipboard-read', 'clipboard-write'] }, async (page) => {
      const phone = newPhone();
      await open(page, (await on.product.session()).url);
      await askForCode(page, phone);
      const code = await on.product.code(phone.e164);
      const words = `Your code is ${code.slice(0, 3)}-${code.slice(3)}. Expires in 5 minutes.`;
      await page.evaluate((text) => navigator.clipboard.writeText(text), words);

      await codeField(page).focus();
      await page.keyboard.press('Control+V');

      await isDone(page);
    }));

  test('is copied on the simulated phone and pasted with one button', () =>
    on.visit({ permissions: ['clipboard-read', 'clipboard-write'] }, async (page, context) => {
      const t = await texts('en');
      const phone = newPhone();
      await open(page, (await on.product.session()).url);
      await askForCode(page, phone);
      await on.product.code(phone.e164);
      const handset = await context.newPage();
      await handset.goto(
        `${on.product.simulator}/?phone=${encodeURIComponent(phone.e164)}&embed=1`,
      );
      await handset.getByRole('button', { name: 'Copy code' }).last().click();

      await page.bringToFront();
      await page.getByRole('button', { name: t('ui.paste') }).click();

      await isDone(page);
    }));

  test('is typed with the digits of another script', () =>
    on.visit({}, async (page) => {
      const phone = newPhone();
      await open(page, (await on.product.session()).url);
      await askForCode(page, phone);
      const code = await on.product.code(phone.e164);
      const devanagari = [...code].map((digit) => String.fromCodePoint(0x966 + Number(digit)));

      await page.keyboard.insertText(devanagari.join(''));

      await isDone(page);
    }));
});

describe('without scripts', () => {
  const options = { javaScriptEnabled: false };

  test('forms lead to the end', () =>
    on.visit(options, async (page) => {
      const phone = newPhone();
      const session = await on.product.session();
      await open(page, session.url);
      await askForCode(page, phone);
      const code = await on.product.code(phone.e164);

      await codeField(page).fill(wrong(code));
      await codeField(page).press('Enter');
      const t = await texts('en');
      assert.match(await alert(page).innerText(), new RegExp(t('err.wrong_code', { n: 2 })));
      await codeField(page).fill(code);
      await codeField(page).press('Enter');

      await isDone(page);
      assert.equal((await on.product.api('GET', `/v1/sessions/${session.id}`)).status, 'approved');
    }));

  test('a number that is too short is refused in the language of the page', () =>
    on.visit({ ...options, locale: 'es' }, async (page) => {
      const t = await texts('es');
      await open(page, (await on.product.session()).url);
      await page.locator('select[name=country]').selectOption('DE');
      await phoneField(page).fill('15');
      await phoneField(page).press('Enter');

      assert.match(await alert(page).innerText(), new RegExp(t('err.phone_incomplete')));
      assert.equal(await phoneField(page).inputValue(), '15');
    }));

  test('the language changes and the number stays', () =>
    on.visit(options, async (page) => {
      await open(page, (await on.product.session()).url);
      await phoneField(page).fill('15550102030');
      await page.locator('select[name=lang]').selectOption('ar');
      await page
        .locator('button[formaction$="/lang"], form[action$="/lang"] button')
        .first()
        .click();

      assert.equal(await page.locator('html').getAttribute('dir'), 'rtl');
      assert.equal(await phoneField(page).inputValue(), '15550102030');
    }));
});

describe('the script', () => {
  test('takes nothing away when it arrives late', () =>
    on.visit({}, async (page) => {
      let deliver;
      const held = new Promise((resolve) => {
        deliver = resolve;
      });
      await page.route(/hosted-.*\.js$/, async (route) => {
        await held;
        await route.continue();
      });
      await page.goto((await on.product.session()).url, { waitUntil: 'commit' });
      await phoneField(page).waitFor();
      await phoneField(page).fill('1555');
      await phoneField(page).evaluate((field) => {
        field.dataset.same = 'yes';
      });

      deliver();
      await isAwake(page);

      assert.equal(await phoneField(page).inputValue(), '1555');
      assert.equal(await phoneField(page).getAttribute('data-same'), 'yes');
      const focused = () => document.activeElement?.getAttribute('name');
      assert.equal(await page.evaluate(focused), 'phone');
    }));

  test('switches the country to what is typed', () =>
    on.visit({}, async (page) => {
      await open(page, (await on.product.session()).url);

      await phoneField(page).pressSequentially('+5511987654321');

      assert.equal(await page.locator('select[name=country]').inputValue(), 'BR');
      assert.match(await phoneField(page).inputValue(), /^11\D?9/);
    }));
});

describe('the code step', () => {
  test('is the same after a reload, and in a second tab', () =>
    on.visit({}, async (page, context) => {
      const phone = newPhone();
      const session = await on.product.session();
      await open(page, session.url);
      await askForCode(page, phone);

      await page.reload();
      await codeField(page).waitFor();
      const second = await context.newPage();
      await second.goto(session.url);
      await codeField(second).waitFor();

      await codeField(second).fill(await on.product.code(phone.e164));
      await isDone(second);
      await isDone(page);
    }));

  test('says how many attempts are left, clears the field, and ends with the last', () =>
    on.visit({}, async (page) => {
      const t = await texts('en');
      const phone = newPhone();
      await open(page, (await on.product.session()).url);
      await askForCode(page, phone);
      let code = await on.product.code(phone.e164);
      for (const left of [2, 1]) {
        code = wrong(code);
        await page.keyboard.type(code);
        await alert(page)
          .filter({ hasText: t('err.wrong_code', { n: left }) })
          .waitFor();
        await page.waitForFunction(() => document.querySelector('input[name=code]').value === '');
        assert.equal(await codeField(page).getAttribute('aria-invalid'), 'true');
        const focused = () => document.activeElement?.getAttribute('name');
        assert.equal(await page.evaluate(focused), 'code');
      }

      await page.keyboard.type(wrong(code));

      await page.locator('[data-step=locked]').waitFor();
      assert.equal(await page.evaluate(() => document.activeElement?.tagName), 'H1');
    }));

  test('leads back to the number, and the old code stops working', () =>
    on.visit({}, async (page) => {
      const [mistaken, right] = [newPhone(), newPhone()];
      await open(page, (await on.product.session()).url);
      await askForCode(page, mistaken);
      const old = await on.product.code(mistaken.e164);

      await submit(page, 'edit').click();
      await phoneField(page).waitFor();
      assert.match((await phoneField(page).inputValue()).replace(/\D/g, ''), /15550\d+$/);
      await askForCode(page, right);
      await codeField(page).fill(old);
      await alert(page).filter({ hasText: /./ }).waitFor();

      await codeField(page).fill(await on.product.code(right.e164));
      await isDone(page);
    }));

  test('says at once when the network is gone, and goes on by itself', () =>
    on.visit({}, async (page, context) => {
      const t = await texts('en');
      const phone = newPhone();
      await open(page, (await on.product.session()).url);
      await askForCode(page, phone);
      const code = await on.product.code(phone.e164);

      await context.setOffline(true);
      await page.getByText(t('ui.offline')).waitFor();
      await context.setOffline(false);
      await page.getByText(t('ui.offline')).waitFor({ state: 'hidden' });

      await codeField(page).fill(code);
      await isDone(page);
    }));

  test('turns when the tenant cancels the verification', () =>
    on.visit({}, async (page) => {
      const phone = newPhone();
      const session = await on.product.session();
      await open(page, session.url);
      await askForCode(page, phone);
      const { verification } = await on.product.api('GET', `/v1/sessions/${session.id}`);

      await on.product.api('POST', `/v1/verifications/${verification.id}/cancel`, {});

      await page.locator('[data-step=canceled]').waitFor();
    }));

  test('says when no channel reaches the phone', () =>
    on.visit({}, async (page) => {
      const phone = newPhone();
      await on.product.behave(phone.e164, { not_on_whatsapp: true, sms_error_code: 30005 });
      await open(page, (await on.product.session()).url);
      await page.locator('select[name=country]').selectOption('DE');
      await phoneField(page).fill(phone.national);
      await submit(page, 'send').click();

      await page.locator('[data-step=undeliverable]').waitFor();
    }));
});

describe('a page', () => {
  test('opens for whoever has its link, and for nobody else', () =>
    on.visit({}, async (page, context) => {
      const session = await on.product.session();
      const bare = session.url.split('?')[0];
      const refused = await page.goto(bare);
      assert.equal(refused.status(), 404);

      await open(page, session.url);

      assert.ok(!page.url().includes('k='), 'the secret of the link is not in the address');
      await context.clearCookies();
      assert.equal((await page.goto(bare)).status(), 404);
    }));

  for (const language of ['en', 'es', 'pt-BR', 'hi', 'ar', 'id', 'fr']) {
    test(`leads to the end in ${language}, at 320 pixels, with nothing to scroll sideways`, () =>
      on.visit({ locale: language, viewport: { width: 320, height: 640 } }, async (page) => {
        const phone = newPhone();
        await open(page, (await on.product.session()).url);
        assert.equal(await page.locator('html').getAttribute('lang'), language);
        assert.equal(await scrollsSideways(page), false);
        await askForCode(page, phone);
        assert.equal(await scrollsSideways(page), false);

        await codeField(page).fill(await on.product.code(phone.e164));

        await isDone(page);
        assert.equal(await scrollsSideways(page), false);
      }));
  }
});
