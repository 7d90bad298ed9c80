// What happens on the hosted page while a person waits. The waits are the shortest that the settings
// allow; the tests wait for what the page says, never for a time.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { askForCode, codeField, isDone, open, submit, texts } from './person.mjs';
import { newPhone } from './product.mjs';
import { stage } from './stage.mjs';

const TWO_MINUTES_MS = 120_000;

const on = stage({
  OTP_RESEND_COOLDOWN_SECONDS: '30',
  OTP_EXPIRATION_MINUTES: '1',
});

// Side by side: each of them mostly waits.
describe('somebody who waits', { concurrency: true }, () => {
  test('gets the same code again once the countdown is over', () =>
    on.visit({}, async (page) => {
      const t = await texts('en');
      const phone = newPhone();
      await open(page, (await on.product.session()).url);
      await askForCode(page, phone);
      const first = await on.product.code(phone.e164);
      const again = submit(page, 'resend');
      assert.equal(await again.getAttribute('aria-disabled'), 'true');
      assert.match(await again.innerText(), /0:[0-3]\d/);

      await page.reload();
      await codeField(page).waitFor();
      assert.equal(await again.getAttribute('aria-disabled'), 'true');
      await page.waitForFunction(
        () =>
          document
            .querySelector('form[action$="/resend"] button')
            ?.getAttribute('aria-disabled') === 'false',
        null,
        { timeout: TWO_MINUTES_MS },
      );
      await again.click();
      await page
        .getByRole('status')
        .filter({ hasText: t('ui.sent_again') })
        .waitFor();

      assert.equal(await on.product.code(phone.e164), first);
      await codeField(page).fill(first);
      await isDone(page);
    }));

  test('sees the code expire without a click, and asks for a new one', () =>
    on.visit({}, async (page) => {
      const t = await texts('en');
      const phone = newPhone();
      await open(page, (await on.product.session()).url);
      await askForCode(page, phone);
      const old = await on.product.code(phone.e164);
      const said = [];
      await page.exposeFunction('heard', (text) => said.push(text));
      await page.evaluate(() => {
        const status = document.querySelector('p[role=status].vh');
        new MutationObserver(() => window.heard(status.textContent)).observe(status, {
          childList: true,
          characterData: true,
          subtree: true,
        });
      });

      await page.locator('[data-step=expired]').waitFor({ timeout: TWO_MINUTES_MS });

      assert.ok(said.includes(t('ui.spoken.seconds', { n: 30 })), said.join(', '));
      assert.ok(said.includes(t('ui.spoken.seconds', { n: 10 })), said.join(', '));
      assert.ok(said.length <= 4, `it is not told each second: ${said.join(', ')}`);
      await submit(page, 'restart').click();
      await codeField(page).waitFor();
      const code = await on.product.code(phone.e164);
      assert.notEqual(code, old);
      await codeField(page).fill(code);
      await isDone(page);
    }));

  test('sees it without scripts as well, at the next look', () =>
    on.visit({ javaScriptEnabled: false }, async (page) => {
      const phone = newPhone();
      const session = await on.product.session();
      await open(page, session.url);
      await askForCode(page, phone);
      const { verification } = await on.product.api('GET', `/v1/sessions/${session.id}`);

      await on.product.ended(verification.id, TWO_MINUTES_MS);
      await page.reload();

      await page.locator('[data-step=expired]').waitFor();
      await submit(page, 'restart').click();
      await codeField(page).waitFor();
    }));
});
