// Prints everything that is committed under generated: the template of the hosted page, its style,
// and the names of countries. The same sources print the same bytes.
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createServer } from 'vite';

const ELEMENTS = path.dirname(fileURLToPath(import.meta.url));
const GENERATED = path.resolve(ELEMENTS, '../../generated');
const LANGUAGES = ['en', 'es', 'pt-BR', 'hi', 'ar', 'id', 'fr'];

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
  const { printCountries, printMessageStyle, printStyle } =
    await server.ssrLoadModule('/src/printed.ts');
  await write('templates/page.html', printPage(await printMessageStyle()));
  await write('hosted.css', await printStyle());
  for (const language of LANGUAGES) {
    await write(`countries/${language}.json`, printCountries(language));
  }
} finally {
  await server.close();
}

async function write(name, text) {
  const file = path.join(GENERATED, name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, text);
}
