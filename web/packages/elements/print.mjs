// Prints everything that is committed under generated: the template of the hosted page, its style,
// and the names of countries. The same sources print the same bytes.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import metadata from 'libphonenumber-js/min/metadata';
import { createServer } from 'vite';

const ELEMENTS = path.dirname(fileURLToPath(import.meta.url));
const GENERATED = path.resolve(ELEMENTS, '../../generated');
const LANGUAGES = ['en', 'es', 'pt-BR', 'hi', 'ar', 'id', 'fr'];

await mkdir(path.join(GENERATED, 'templates'), { recursive: true });
await mkdir(path.join(GENERATED, 'countries'), { recursive: true });
await writeFile(path.join(GENERATED, 'templates/page.html'), await page());
await writeFile(path.join(GENERATED, 'hosted.css'), await style());
for (const language of LANGUAGES) {
  const rows = countries(language).map((row) => JSON.stringify(row));
  await writeFile(
    path.join(GENERATED, `countries/${language}.json`),
    `[\n${rows.join(',\n')}\n]\n`,
  );
}

async function page() {
  const server = await createServer({
    configFile: false,
    root: ELEMENTS,
    logLevel: 'warn',
    appType: 'custom',
    server: { middlewareMode: true, hmr: false, ws: false },
    resolve: { alias: { react: path.join(ELEMENTS, 'src/shim.ts') } },
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  });
  try {
    const { printPage } = await server.ssrLoadModule('/src/print.tsx');
    return printPage();
  } finally {
    await server.close();
  }
}

/** The tokens that the page uses, then its own rules; small, since it is inside every page. */
async function style() {
  const own = await readFile(path.join(ELEMENTS, 'src/hosted.css'), 'utf8');
  const tokens = await readFile(path.resolve(ELEMENTS, '../ui/tokens.css'), 'utf8');
  const [light = '', dark = ''] = [...tokens.matchAll(/\{([^}]*)\}/g)].map((match) => match[1]);
  const used = (block) =>
    block
      .split(';')
      .map((rule) => rule.trim())
      .filter(
        (rule) => rule.startsWith('color-scheme') || own.includes(`var(${rule.split(':')[0]})`),
      )
      .join(';');
  const brand = (ink, hover, on) => `--brand:${ink};--brand-hover:${hover};--brand-ink:${on}`;
  const themes =
    `:root{${used(light)};${brand('#2637b5', '#1d2b93', '#fff')}}` +
    `@media(prefers-color-scheme:dark){:root{${used(dark)};${brand('#8f9ef5', '#a8b4f8', '#0d1330')}}}`;
  return `${(themes + own).replace(/\n/g, '')}\n`;
}

/** ISO code, name, calling code; in the order in which the language sorts names. */
function countries(language) {
  const names = new Intl.DisplayNames(language, { type: 'region' });
  const { compare } = new Intl.Collator(language);
  return Object.entries(metadata.countries)
    .map(([iso, [code]]) => [iso, names.of(iso), code])
    .sort((one, other) => compare(one[1], other[1]));
}
