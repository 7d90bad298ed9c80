import { readFileSync } from 'node:fs';
import path from 'node:path';
import { defineConfig, type Plugin } from 'vite';

/** The one picture that a page asks its server for. */
const picture: Plugin = {
  name: 'qr',
  configureServer: ({ middlewares }) => {
    middlewares.use('/v/s0/qr', (_, response) => {
      response.setHeader('content-type', 'image/svg+xml');
      response.end(readFileSync(path.join(import.meta.dirname, 'qr.svg')));
    });
  },
};

// The views on Preact, as the hosted page has them.
export default defineConfig({
  plugins: [picture],
  resolve: {
    alias: { react: path.resolve(import.meta.dirname, '../packages/elements/src/shim.ts') },
  },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
});
