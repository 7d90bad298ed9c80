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
      await hosted.locator('form[action$="/send"] button:not([formaction]):not([name])').click();
      await hosted.locator('input[name=code]').waitFor();
      const bubble = handset.getByRole('log').getByText(/is your verification code/);
      const code = /\d{6}/.exec(await bubble.last().innerText())[0];

      await hosted.locator('input[name=code]').fill(code);

      await page.getByText('Verified').first().waitFor();
      assert.deepEqual(await axe(page), []);
    }));

  test('stays where a number was refused, and says why', () =>
    on.visit({ viewport: { width: 360, height: 740 } }, async (page) => {
      await page.goto(`${on.product.url}/`);
      await page.locator('.tabs button[data-view=story]').click();
      await page.locator('#number').fill('123');

      await page.locator('#start button').click();

      await page.locator('#error').filter({ hasText: /./ }).waitFor();
      assert.ok(await page.locator('#error').isVisible());
    }));

  test('has a simulator beside it that scrolls within its columns alone', () =>
    on.visit({ viewport: { width: 1280, height: 600 } }, async (page) => {
      for (let last = 10; last < 40; last += 1) {
        await on.product.api('POST', '/v1/verifications', { phone: `+49155503111${last}` });
      }
      await page.goto(on.product.simulator);
      await page.locator('[data-number]').nth(20).waitFor({ state: 'attached' });
      const heights = await page.evaluate(() => [
        document.documentElement.scrollHeight,
        document.documentElement.clientHeight,
      ]);

      assert.equal(heights[0], heights[1]);
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
