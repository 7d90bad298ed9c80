// Builds every page into dist: scripts and styles with their hash in their name, each beside its
// compressed forms, so that the server sends bytes as they lie.
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build } from 'vite';

const WEB = path.dirname(fileURLToPath(import.meta.url));
const DIST = path.join(WEB, 'dist');
const STAGE = path.join(DIST, '.stage');
/** Phones that are still held in hands: no `?.` and no `??`. */
const OLD_PHONES = ['chrome79', 'safari14', 'firefox78'];
const APPS = ['simulator', 'demo'];
/** What each may weigh on the wire, in bytes of brotli: somebody waits for it on a slow phone. */
const LIMITS = { hosted: 12_000, simulator: 32_000, demo: 4_000 };

await rm(DIST, { recursive: true, force: true });
await mkdir(path.join(DIST, 'assets'), { recursive: true });
const hosted = await buildHosted();
for (const app of APPS) await buildApp(app);
await rm(STAGE, { recursive: true, force: true });
await writeFile(path.join(DIST, 'manifest.json'), `${JSON.stringify({ hosted }, null, 2)}\n`);
await compressAll();
await printTable();
await weigh();
// Last, so that a build which was cut off is not taken for a whole one.
await writeFile(path.join(DIST, 'STAMP'), `${process.env.STAMP ?? (await digestOfDist())}\n`);

/** The script of the hosted page: the same views as React's, on Preact. */
async function buildHosted() {
  const elements = path.join(WEB, 'packages/elements');
  await build({
    configFile: false,
    logLevel: 'warn',
    root: elements,
    resolve: { alias: { react: path.join(elements, 'src/shim.ts') } },
    // Smaller than the automatic runtime, whose factory would be a second one.
    oxc: {
      jsx: { runtime: 'classic', pragma: 'h', pragmaFrag: 'Fragment' },
      jsxInject: "import { Fragment, h } from 'preact'",
    },
    build: {
      outDir: STAGE,
      emptyOutDir: true,
      target: OLD_PHONES,
      modulePreload: false,
      rolldownOptions: {
        input: path.join(elements, 'src/hosted.tsx'),
        output: { entryFileNames: 'hosted-[hash].js' },
      },
    },
  });
  const [file, ...others] = await readdir(STAGE);
  if (others.length > 0)
    throw new Error(`the hosted page has one script, not ${others.length + 1}`);
  await rename(path.join(STAGE, file), path.join(DIST, 'assets', file));
  return `assets/${file}`;
}

/** A page of its own: its document in dist, the rest in dist/assets. */
async function buildApp(name) {
  await build({
    configFile: false,
    logLevel: 'warn',
    root: path.join(WEB, 'apps', name),
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    build: {
      outDir: STAGE,
      emptyOutDir: true,
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      rolldownOptions: { output: { entryFileNames: `assets/${name}-[hash].js` } },
    },
  });
  await rename(path.join(STAGE, 'index.html'), path.join(DIST, `${name}.html`));
  for (const file of await readdir(path.join(STAGE, 'assets'))) {
    await rename(path.join(STAGE, 'assets', file), path.join(DIST, 'assets', file));
  }
}

async function files() {
  const entries = await readdir(DIST, { recursive: true, withFileTypes: true });
  const found = entries.filter((entry) => entry.isFile() && !entry.name.startsWith('.'));
  return found.map((entry) => path.join(entry.parentPath, entry.name)).sort();
}

async function compressAll() {
  for (const file of await files()) {
    if (file.endsWith('manifest.json')) continue;
    const bytes = await readFile(file);
    const quality = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
    await writeFile(`${file}.br`, brotliCompressSync(bytes, { params: quality }));
    await writeFile(`${file}.gz`, gzipSync(bytes, { level: 9 }));
  }
}

async function digestOfDist() {
  const hash = createHash('sha256');
  for (const file of await files())
    hash.update(path.relative(DIST, file)).update(await readFile(file));
  return hash.digest('hex');
}

async function weigh() {
  for (const [name, limit] of Object.entries(LIMITS)) {
    const isScript = (file) =>
      path.basename(file).startsWith(`${name}-`) && file.endsWith('.js.br');
    const script = (await files()).find(isScript);
    const { length } = await readFile(script);
    if (length > limit)
      throw new Error(`the script of ${name} has ${length} bytes; ${limit} are the end`);
  }
}

async function printTable() {
  const all = await files();
  for (const file of all.filter((name) => !/\.(br|gz)$/.test(name) && !name.endsWith('.json'))) {
    const [raw, br] = await Promise.all([readFile(file), readFile(`${file}.br`)]);
    const name = path.relative(DIST, file).padEnd(36);
    console.log(
      `${name} ${String(raw.length).padStart(8)} bytes ${String(br.length).padStart(7)} br`,
    );
  }
}
