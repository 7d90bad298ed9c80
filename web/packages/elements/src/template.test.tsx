// @vitest-environment node
// The server fills in a template; the script draws the same views. Both must be the same page, or
// waking it would move things about.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { clock, makeTranslate, secondsUntil, type Values } from '@countersign/core';
import { HostedPage } from '@countersign/react';
import nunjucks from 'nunjucks';
import { render } from 'preact-render-to-string';
import { describe, expect, test } from 'vitest';
import { sheetOf } from '../../../gallery/sheet.ts';
import { type Scene, STATES, sceneOf, TONGUES } from '../../../gallery/states.ts';
import { printPage } from './print.tsx';
import { printCountries, printMessageStyle, printStyle } from './printed.ts';

const GENERATED = path.resolve(import.meta.dirname, '../../../generated');
const template = readFileSync(path.join(GENERATED, 'templates/page.html'), 'utf8');

/** Templates give named values as one object, after what stands before them. */
type Named = Values & { __keywords?: boolean };

function fill(scene: Scene): string {
  const { boot, countries } = scene;
  const translate = makeTranslate(boot.lang, boot.messages);
  const environment = new nunjucks.Environment(null, { autoescape: true });
  environment.addGlobal('t', (key: string, values: Named = {}) => translate(key, values));
  environment.addGlobal('clock', (at: number) => clock(secondsUntil(at, boot.now)));
  environment.addFilter('split', (text: string, by: string) => text.split(by));
  return environment.renderString(template, {
    ...boot,
    dir: scene.tongue.direction,
    title: 'A title',
    nonce: 'n0',
    css: '',
    script: '/assets/hosted.js',
    countries: countries.length > 0 ? countries : null,
    boot: new nunjucks.runtime.SafeString(JSON.stringify(boot).replace(/</g, '\\u003c')),
  });
}

function rootOf(document: string): string {
  const match = /<div id="root">([\s\S]*)<\/div>\n<script type="application\/json"/.exec(document);
  return (match?.[1] ?? '').trim();
}

/** Escapes that mean the same are written the same. */
function normal(html: string): string {
  return html
    .replace(/&#39;/g, "'")
    .replace(/&#34;|&quot;/g, '"')
    .replace(/&gt;/g, '>')
    .replace(/ class=""/g, ' class')
    .replace(/ alt=""/g, ' alt');
}

function draw(scene: Scene): string {
  return render(<HostedPage sheet={sheetOf(scene, null)} />);
}

// Without scripts nobody knows whether there is a network.
const shown = STATES.filter((state) => !/offline|again/.test(state));

describe.each(TONGUES.map(({ code }) => code))('in %s', (lang) => {
  test.each(shown)('the template and the views agree on %s', (state) => {
    const scene = sceneOf(new URLSearchParams(`${state}&lang=${lang}`));
    expect(normal(rootOf(fill(scene)))).toBe(normal(draw(scene)));
  });
});

test('a page that waits for a message asks again by itself without scripts, and no other does', () => {
  for (const state of STATES) {
    const document = fill(sceneOf(new URLSearchParams(state)));
    const asksAgain = document.includes('<noscript><meta http-equiv="refresh" content="5">');
    expect([state, asksAgain]).toEqual([state, state.startsWith('step=message')]);
  }
});

test('a name that is code stays a name', () => {
  const scene = sceneOf(new URLSearchParams('step=code'));
  scene.boot.brand.name = '<script>"{{ 1 + 1 }}"</script>';
  const document = fill(scene);
  expect(rootOf(document)).not.toContain('<script>');
  expect(rootOf(document)).toContain('&lt;script&gt;');
  expect(document).toContain('{{ 1 + 1 }}');
});

describe('what is committed', () => {
  test('is the template and the style that are printed now', async () => {
    expect(printPage(await printMessageStyle())).toBe(template);
    expect(await printStyle()).toBe(readFileSync(path.join(GENERATED, 'hosted.css'), 'utf8'));
  });

  // Their names and order are those of the Unicode data that is at hand.
  test.each(['en', 'ar'])('has the countries that are printed now, in %s', (language) => {
    const codes = (json: string) =>
      (JSON.parse(json) as string[][]).map(([iso, , code]) => `${iso} ${code}`).sort();
    const file = path.join(GENERATED, `countries/${language}.json`);
    expect(codes(printCountries(language))).toEqual(codes(readFileSync(file, 'utf8')));
  });
});
