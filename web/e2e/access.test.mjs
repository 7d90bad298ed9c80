// The hosted page for people who do not see it, or do not touch it, at every step that a person
// reaches with the real program.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { axe, scrollsSideways } from './browser.mjs';
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

/** What has the focus, in a word. */
const focused = (page) =>
  page.evaluate(() => {
    const { activeElement: at } = document;
    return at?.getAttribute('name') ?? at?.closest('form')?.getAttribute('action') ?? at?.tagName;
  });

async function order(page, count) {
  const found = [];
  for (let step = 0; step < count; step += 1) {
    await page.keyboard.press('Tab');
    found.push((await focused(page)).replace(/.*\//, ''));
  }
  return found;
}

describe('the hosted page', () => {
  for (const options of [
    { colorScheme: 'light', locale: 'en' },
    { colorScheme: 'dark', locale: 'hi' },
    { colorScheme: 'light', locale: 'ar', viewport: { width: 320, height: 640 } },
    { colorScheme: 'dark', locale: 'es', forcedColors: 'active' },
  ]) {
    test(`has no fault that axe finds, at any step: ${JSON.stringify(options)}`, () =>
      on.visit(options, async (page) => {
        const isWell = async () => {
          // Where the person's own colours are forced, axe measures those of the style sheet.
          const without = options.forcedColors ? ['color-contrast'] : [];
          assert.deepEqual(await axe(page, { without }), []);
          assert.equal(await scrollsSideways(page), false);
        };
        const [first, second] = [newPhone(), newPhone()];
        await open(page, (await on.product.session()).url);
        await isWell();
        await phoneField(page).fill('1');
        await submit(page, 'send').click();
        await alert(page).filter({ hasText: /./ }).waitFor();
        await isWell();
        await askForCode(page, first);
        await isWell();
        let code = await on.product.code(first.e164);
        for (let attempt = 0; attempt < 3; attempt += 1) {
          code = wrong(code);
          await codeField(page).fill(code);
          if (attempt === 2) break;
          await alert(page).filter({ hasText: /./ }).waitFor();
          await page.waitForFunction(() => document.querySelector('input[name=code]').value === '');
          await isWell();
        }
        await page.locator('[data-step=locked]').waitFor();
        await isWell();
        await open(page, (await on.product.session({ phone: second.e164 })).url);
        await isWell();
        await submit(page, 'send').click();
        await codeField(page).fill(await on.product.code(second.e164));
        await isDone(page);
        await isWell();
        await page.goto(`${on.product.url}/v/nothing`);
        await isWell();
      }));
  }

  test('is walked through with the keyboard alone, in the order in which it is read', () =>
    on.visit({}, async (page) => {
      const phone = newPhone();
      await open(page, (await on.product.session()).url);
      assert.deepEqual(await order(page, 4), ['lang', 'country', 'phone', 'send']);

      await page.locator('select[name=country]').selectOption('DE');
      await phoneField(page).focus();
      await page.keyboard.type(phone.national);
      await page.keyboard.press('Enter');
      await codeField(page).waitFor();

      await page.reload();
      await isAwake(page);
      const walked = await order(page, 6);
      assert.deepEqual(walked.filter((name) => name !== 'check').slice(0, 4), [
        'lang',
        'edit',
        'code',
        'resend',
      ]);
      await codeField(page).focus();
      await page.keyboard.type(await on.product.code(phone.e164));
      await isDone(page);
      assert.equal(await focused(page), 'H1');
    }));

  test('shows where the focus is, and offers nothing too small to touch', () =>
    on.visit({}, async (page) => {
      await open(page, (await on.product.session()).url);
      await askForCode(page, newPhone());
      const small = await page.evaluate(() =>
        Array.from(document.querySelectorAll('button, select, input:not([type=hidden])'))
          .map((element) => ({ name: element.textContent, box: element.getBoundingClientRect() }))
          .filter(({ box }) => box.width > 0 && (box.height < 44 || box.width < 44))
          .map(({ name, box }) => `${name}: ${box.width} by ${box.height}`),
      );
      assert.deepEqual(small, []);

      await page.keyboard.press('Tab');
      const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outline);
      assert.match(outline, /solid 3px/);
    }));

  test('tells a screen reader of an error once, in a place that was there before', () =>
    on.visit({}, async (page) => {
      const t = await texts('en');
      const phone = newPhone();
      await open(page, (await on.product.session()).url);
      await askForCode(page, phone);
      await alert(page).evaluate((node) => {
        window.told = [];
        new MutationObserver(() => window.told.push(node.innerText.trim())).observe(node, {
          childList: true,
          characterData: true,
          subtree: true,
        });
      });

      await codeField(page).fill(wrong(await on.product.code(phone.e164)));
      await alert(page).filter({ hasText: /./ }).waitFor();

      const told = await page.evaluate(() => window.told.filter((text) => text !== ''));
      assert.deepEqual(told, [t('err.wrong_code', { n: 2 })]);
    }));
});
