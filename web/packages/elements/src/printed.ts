// The other files that are printed: the style of the hosted page, and the names of countries.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import metadata from 'libphonenumber-js/min/metadata';

const PACKAGES = path.resolve(import.meta.dirname, '../..');

const read = (file: string) => readFile(path.join(PACKAGES, file), 'utf8');
const onOneLine = (style: string) => style.replace(/\n/g, '');

/** The tokens that the pages use, then the rules of all; small, since it is inside every page. */
export async function printStyle(): Promise<string> {
  const own = await read('elements/src/hosted.css');
  const rules = own + (await printMessageStyle());
  const tokens = await read('ui/tokens.css');
  const [light = '', dark = ''] = Array.from(tokens.matchAll(/\{([^}]*)\}/g), (match) => match[1]);
  const used = (block: string) =>
    block
      .split(';')
      .map((rule) => rule.trim())
      .filter(
        (rule) => rule.startsWith('color-scheme') || rules.includes(`var(${rule.split(':')[0]})`),
      )
      .join(';');
  const brand = (ink: string, hover: string, on: string) =>
    `--brand:${ink};--brand-hover:${hover};--brand-ink:${on}`;
  const themes =
    `:root{${used(light)};${brand('#2637b5', '#1d2b93', '#fff')}}` +
    `@media(prefers-color-scheme:dark){:root{${used(dark)};${brand('#8f9ef5', '#a8b4f8', '#0d1330')}}}`;
  return `${onOneLine(themes + own)}\n`;
}

/** The rules of pages that wait for a message; no other page carries them. */
export async function printMessageStyle(): Promise<string> {
  return onOneLine(await read('elements/src/message.css'));
}

/** ISO code, name, calling code; in the order in which the language sorts names. */
export function printCountries(language: string): string {
  const names = new Intl.DisplayNames(language, { type: 'region' });
  const { compare } = new Intl.Collator(language);
  const rows = Object.entries(metadata.countries)
    .map(([iso, [code]]) => [iso, names.of(iso) ?? iso, String(code)] as const)
    .sort((one, other) => compare(one[1], other[1]))
    .map((row) => JSON.stringify(row));
  return `[\n${rows.join(',\n')}\n]\n`;
}
