// What a newcomer sees first: the page, the phone beside it, and what a back end would read.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { axe, scrollsSideways } from './browser.mjs';
import { stage } from './stage.mjs';

const on = stage();

describe('the demo', () => {
  test('leads from a number to a verified phone, with the code read off the bubble', () =>
    on.visit({ viewport: { width: 1280, height: 900 } }, async (page) => {
      await page.goto(`${on.product.url}/`);
      const hosted = page.frameLocator('#page-frame');
      const handset = page.frameLocator('#phone-frame');
      await hosted.locator('form[action$="/send"] button:not([formaction])').click();
      await hosted.locator('input[name=code]').waitFor();
      const bubble = handset.getByRole('log').getByText(/is your verification code/);
      const code = /\d{6}/.exec(await bubble.last().innerText())[0];

      await hosted.locator('input[name=code]').fill(code);

      await page.getByText('Verified').first().waitFor();
      assert.deepEqual(await axe(page), []);
    }));

  for (const colorScheme of ['light', 'dark']) {
    test(`is readable on a small phone, ${colorScheme}`, () =>
      on.visit(
        { viewport: { width: 320, height: 640 }, colorScheme, locale: 'ar' },
        async (page) => {
          await page.goto(`${on.product.url}/`);
          await page.locator('#page-frame').waitFor({ state: 'attached' });

          assert.equal(await scrollsSideways(page), false);
          assert.deepEqual(await axe(page), []);
        },
      ));
  }
});
