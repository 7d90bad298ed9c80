// The other files that are printed: the style of the hosted page, and the names of countries.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import metadata from 'libphonenumber-js/min/metadata';

const PACKAGES = path.resolve(import.meta.dirname, '../..');

/** The tokens that the page uses, then its own rules; small, since it is inside every page. */
export async function printStyle(): Promise<string> {
  const own = await readFile(path.join(PACKAGES, 'elements/src/hosted.css'), 'utf8');
  const tokens = await readFile(path.join(PACKAGES, 'ui/tokens.css'), 'utf8');
  const [light = '', dark = ''] = Array.from(tokens.matchAll(/\{([^}]*)\}/g), (match) => match[1]);
  const used = (block: string) =>
    block
      .split(';')
      .map((rule) => rule.trim())
      .filter(
        (rule) => rule.startsWith('color-scheme') || own.includes(`var(${rule.split(':')[0]})`),
      )
      .join(';');
  const brand = (ink: string, hover: string, on: string) =>
    `--brand:${ink};--brand-hover:${hover};--brand-ink:${on}`;
  const themes =
    `:root{${used(light)};${brand('#2637b5', '#1d2b93', '#fff')}}` +
    `@media(prefers-color-scheme:dark){:root{${used(dark)};${brand('#8f9ef5', '#a8b4f8', '#0d1330')}}}`;
  return `${(themes + own).replace(/\n/g, '')}\n`;
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
