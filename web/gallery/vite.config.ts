import path from 'node:path';
import { defineConfig } from 'vite';

// The views on Preact, as the hosted page has them.
export default defineConfig({
  resolve: {
    alias: { react: path.resolve(import.meta.dirname, '../packages/elements/src/shim.ts') },
  },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
});
