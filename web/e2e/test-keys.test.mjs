// The pages of test keys, under `countersign serve`: nobody is sent the code, so that they say it.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { axe, scrollsSideways } from './browser.mjs';
import { askForCode, codeField, isDone, open, submit, texts } from './person.mjs';
import { stageOfTestKey } from './stage.mjs';

const on = stageOfTestKey();

/** The ends of numbers say what becomes of a message; these say nothing. */
let numbers = 0;
function plainPhone() {
  numbers += 1;
  const national = `15550${210_010 + numbers}`;
  return { national, e164: `+49${national}` };
}

const banner = (page) => page.locator('[role=status] > p.offline');

/** The code that the page says, in the words of its language. */
async function told(page, language) {
  const t = await texts(language);
  await banner(page).waitFor();
  const text = (await banner(page).innerText()).trim();
  const [code] = /\d{6}/.exec(text);
  assert.equal(text, t('ui.test.code', { code }));
  return code;
}

describe('the page of a test key', () => {
  for (const options of [
    { locale: 'en', colorScheme: 'light' },
    { locale: 'hi', colorScheme: 'dark' },
    { locale: 'ar', colorScheme: 'dark', viewport: { width: 320, height: 640 } },
    { locale: 'en', javaScriptEnabled: false },
  ]) {
    test(`says the code, and takes it: ${JSON.stringify(options)}`, () =>
      on.visit(options, async (page) => {
        const { url, mode } = await on.product.session();
        assert.equal(mode, 'test');
        await open(page, url);
        assert.equal(await banner(page).count(), 0);

        await askForCode(page, plainPhone());
        const code = await told(page, options.locale);

        assert.equal(await scrollsSideways(page), false);
        if (options.javaScriptEnabled !== false) assert.deepEqual(await axe(page), []);
        if (process.env.PICTURES) {
          const name = `test-key-${options.locale}${options.javaScriptEnabled === false ? '-plain' : ''}`;
          await page.screenshot({ path: `${process.env.PICTURES}/${name}.png` });
        }
        await codeField(page).fill(code);
        if (options.javaScriptEnabled === false) await submit(page, 'check').click();
        await isDone(page);
        assert.equal(await banner(page).count(), 0);
      }));
  }

  test('is told of a code by the stream, in a place that a screen reader listens to', () =>
    on.visit({}, async (page) => {
      const session = await on.product.session({ phone: plainPhone().e164 });
      await open(page, session.url);
      const place = page.locator('[role=status]').first();
      await place.evaluate((node) => {
        window.told = [];
        new MutationObserver(() => window.told.push(node.innerText)).observe(node, {
          childList: true,
          subtree: true,
        });
      });

      await submit(page, 'send').click();
      await codeField(page).waitFor();
      const code = await told(page, 'en');

      const spoken = await page.evaluate(() => window.told);
      assert.ok(spoken.length > 0 && spoken.every((text) => text.includes(code)), spoken);
    }));

  test('ends as the number says', () =>
    on.visit({}, async (page) => {
      const session = await on.product.session({ phone: '+4915112340002' });
      await open(page, session.url);

      await submit(page, 'send').click();
      await page.locator('[data-step=undeliverable]').waitFor();

      assert.equal(await banner(page).count(), 0);
      assert.deepEqual(await axe(page), []);
    }));
});
