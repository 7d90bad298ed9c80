// How the hosted page loads on a cheap phone far from a mast, and how soon it turns.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { brotliCompressSync } from 'node:zlib';

import { askForCode, codeField, isAwake, isDone, open, phoneField } from './person.mjs';
import { newPhone } from './product.mjs';
import { stage } from './stage.mjs';

/** Bytes of brotli: what they come to behind a proxy that uses it. */
const MOST_SCRIPT = 12_000;
const MOST_STYLE = 2_800;
const MOST_PAGE = 20_000;
/** Without a proxy the script comes as brotli, and the document, which is no file, as gzip. */
const MOST_WIRE = 22_000;
const LARGEST_PAINT_MS = 1_500;
const LOADS = 8;
/**
 * From the answer that approved it to the check mark. Half of them are held to it: the slowest say
 * more about what else the machine does.
 */
const CHECK_MARK_MS = 150;
const TURNS = 20;

const on = stage();

describe('the phone page', () => {
  for (const language of ['en', 'hi', 'ar']) {
    test(`weighs no more than it may in ${language}, and loads nothing from elsewhere`, () =>
      on.visit({ locale: language }, async (page) => {
        const loaded = [];
        page.on('response', (response) => loaded.push(response));
        await open(page, (await on.product.session()).url);

        const origins = new Set(loaded.map((response) => new URL(response.url()).origin));
        assert.deepEqual([...origins], [on.product.url]);
        const wire = await page.evaluate(() =>
          performance
            .getEntries()
            .reduce((sum, { encodedBodySize }) => sum + (encodedBodySize ?? 0), 0),
        );
        const html = await page.evaluate(() =>
          fetch(location.href).then((answer) => answer.text()),
        );
        const style = /<style[^>]*>(.*?)<\/style>/s.exec(html)[1];
        const script = await scriptOf(loaded);
        const sizes = {
          script: brotliCompressSync(script).length,
          style: brotliCompressSync(style).length,
          html: brotliCompressSync(html).length,
        };
        console.log(`${language}: ${JSON.stringify(sizes)} bytes of brotli, ${wire} on the wire`);
        assert.ok(sizes.script <= MOST_SCRIPT, `the script has ${sizes.script}`);
        assert.ok(sizes.style <= MOST_STYLE, `the style has ${sizes.style}`);
        assert.ok(sizes.html + sizes.script <= MOST_PAGE, `the page has ${sizes.html}`);
        assert.ok(wire <= MOST_WIRE, `${wire} bytes came`);
      }));
  }

  test('is painted in time over a slow line on a slow phone, and nothing moves', () =>
    on.visit({ locale: 'hi' }, async (page, context) => {
      const { url } = await on.product.session();
      // The link's redirect once, so that what is measured is the page.
      await page.goto(url);
      const client = await context.newCDPSession(page);
      await client.send('Network.enable');
      await client.send('Network.setCacheDisabled', { cacheDisabled: true });
      await client.send('Network.emulateNetworkConditions', {
        offline: false,
        latency: 400,
        downloadThroughput: 400_000 / 8,
        uploadThroughput: 400_000 / 8,
      });
      await client.send('Emulation.setCPUThrottlingRate', { rate: 6 });
      await page.addInitScript(() => {
        window.seen = { paint: 0, shift: 0 };
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) window.seen.paint = entry.startTime;
        }).observe({ type: 'largest-contentful-paint', buffered: true });
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) window.seen.shift += entry.value;
        }).observe({ type: 'layout-shift', buffered: true });
      });

      // The quickest of some: the others say more about what else the machine does.
      const paints = [];
      for (let load = 0; load < LOADS && Math.min(...paints) > LARGEST_PAINT_MS; load += 1) {
        await page.reload();
        await isAwake(page);
        await phoneField(page).waitFor();
        await page.waitForFunction(() => window.seen.paint > 0);
        const seen = await page.evaluate(() => window.seen);
        paints.push(Math.round(seen.paint));
        assert.equal(seen.shift, 0);
      }

      console.log(`largest paint after ${paints.join(', ')} ms`);
      assert.ok(Math.min(...paints) <= LARGEST_PAINT_MS, `painted after ${paints.join(', ')} ms`);
    }));
});

describe('the check mark', () => {
  test('follows an approval from elsewhere at once', () =>
    on.visit({}, async (page) => {
      const times = [];
      for (let turn = 0; turn < TURNS; turn += 1) {
        const phone = newPhone();
        const session = await on.product.session();
        await open(page, session.url);
        await askForCode(page, phone);
        const { verification } = await on.product.api('GET', `/v1/sessions/${session.id}`);
        const code = await on.product.code(phone.e164);
        await page.evaluate(() => {
          new MutationObserver((_, observer) => {
            if (!document.querySelector('[data-step=done] .check')) return;
            observer.disconnect();
            window.turned = Date.now();
          }).observe(document.body, { childList: true, subtree: true, attributes: true });
        });
        await codeField(page).waitFor();

        const checked = await on.product.api('POST', `/v1/verifications/${verification.id}/check`, {
          code,
        });
        const answered = Date.now();

        assert.equal(checked.status, 'approved');
        await isDone(page);
        times.push((await page.evaluate(() => window.turned)) - answered);
      }
      times.sort((one, other) => one - other);
      const [middle, worst] = [times[TURNS / 2], times[Math.ceil(TURNS * 0.95) - 1]];
      console.log(`check mark after ${middle} ms (median), ${worst} ms (95th)`);
      assert.ok(middle <= CHECK_MARK_MS, `${middle} ms`);
    }));
});

async function scriptOf(loaded) {
  const response = loaded.find((one) => /\/assets\/hosted-.*\.js$/.test(one.url()));
  return Buffer.from(await response.body());
}
