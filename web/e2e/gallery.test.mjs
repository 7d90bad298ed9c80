// The hosted page in every state, language and theme, without the program.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createServer } from 'vite';
import { axeIn, launch, scrollsSideways, visitIn } from './browser.mjs';

const GALLERY = fileURLToPath(new URL('../gallery', import.meta.url));

/** WCAG 2.2, 1.4.12: the spacing that a reader may ask for. */
const SPACING = `* {
  line-height: 1.5 !important;
  letter-spacing: 0.12em !important;
  word-spacing: 0.16em !important;
}
p { margin-bottom: 2em !important; }`;

let server;
let chromium;
let states;
let tongues;
let address;

before(async () => {
  server = await createServer({
    root: GALLERY,
    logLevel: 'error',
    server: { port: 0, hmr: false },
  });
  await server.listen();
  address = server.resolvedUrls.local[0];
  ({ STATES: states, TONGUES: tongues } = await server.ssrLoadModule('/states.ts'));
  chromium = await launch();
});

after(async () => {
  await chromium?.close();
  await server?.close();
});

/** Walks through the pages of these languages, and collects what `look` finds on each. */
async function walk(page, codes, look) {
  const found = [];
  await page.goto(address);
  for (const code of codes) {
    for (const state of states) {
      await page.evaluate((search) => {
        history.pushState(null, '', search);
        dispatchEvent(new PopStateEvent('popstate'));
      }, `?${state}&lang=${code}`);
      for (const fault of [await look()].flat()) found.push(`${code} ${state}: ${fault}`);
    }
  }
  return found;
}

const codes = () => tongues.map(({ code }) => code);

describe('every page of the gallery', () => {
  for (const colorScheme of ['light', 'dark']) {
    test(`has nothing that axe finds, in ${colorScheme}`, () =>
      visitIn(chromium, { colorScheme }, async (page) => {
        await page.goto(address);
        const axe = await axeIn(page);
        assert.deepEqual(await walk(page, codes(), axe), []);
      }));
  }

  test('has nothing that axe finds in the colours of its reader', () =>
    visitIn(chromium, { forcedColors: 'active' }, async (page) => {
      await page.goto(address);
      // It measures the colours of the style sheet, which are not those that are seen.
      const axe = await axeIn(page, { without: ['color-contrast'] });
      assert.deepEqual(await walk(page, ['en', 'ar'], axe), []);
    }));

  for (const [width, how, style] of [
    [320, 'on the smallest screen', ''],
    [320, 'with the spacing that a reader asks for', SPACING],
    [960, 'on a wide screen', ''],
  ]) {
    test(`has nothing to scroll sideways or cut off ${how}`, () =>
      visitIn(chromium, { viewport: { width, height: 640 } }, async (page) => {
        const look = async () => {
          if (style) await page.addStyleTag({ content: style });
          return [...((await scrollsSideways(page)) ? ['scrolls'] : []), ...(await cutOff(page))];
        };
        assert.deepEqual(await walk(page, codes(), look), []);
      }));
  }

  test('has no word that is not in the message files', () =>
    visitIn(chromium, {}, async (page) => {
      assert.deepEqual(await walk(page, ['en-XA'], () => untranslated(page)), []);
    }));
});

/** Words for which there is no room: past the edge of the screen, or of a box that hides them. */
function cutOff(page) {
  return page.evaluate(() => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const range = document.createRange();
    const words = [];
    while (walker.nextNode()) {
      const parent = walker.currentNode.parentElement;
      if (parent.closest('.vh, select, script, style')) continue;
      range.selectNodeContents(walker.currentNode);
      const { left, right, width } = range.getBoundingClientRect();
      let [from, to] = [0, document.documentElement.clientWidth];
      for (let box = parent; box; box = box.parentElement) {
        if (getComputedStyle(box).overflowX === 'visible') continue;
        const edges = box.getBoundingClientRect();
        [from, to] = [Math.max(from, edges.left), Math.min(to, edges.right)];
      }
      if (width > 0 && (left < from - 1 || right > to + 1)) {
        words.push(`${walker.currentNode.data} is cut off`);
      }
    }
    return words;
  });
}

/** Words in plain letters; the stretched language has none of its own. */
function untranslated(page) {
  return page.evaluate(() => {
    const names = /Lumen & Söhne|Countersign|WhatsApp|SMS/g;
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const words = [];
    while (walker.nextNode()) {
      const text = walker.currentNode.data.replace(names, '').trim();
      const isNamed = walker.currentNode.parentElement.closest(
        'select, script, style, .tile, code',
      );
      const isPlain = /[A-Za-z]/.test(text) && !/[åçðéîñöšûýÅÇÐÉÎÑÖŠŢŴ]/.test(text);
      if (isPlain && !isNamed) words.push(text);
    }
    return words;
  });
}
