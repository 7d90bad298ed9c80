import path from 'node:path';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: {
    // The shared views on Preact, as the hosted page has them.
    alias: [
      { find: /^react\/(jsx(?:-dev)?-runtime)$/, replacement: 'preact/$1' },
      {
        find: /^react$/,
        replacement: path.resolve(import.meta.dirname, 'packages/elements/src/shim.ts'),
      },
    ],
  },
  test: {
    environment: 'happy-dom',
    include: ['packages/**/*.test.{ts,tsx}', 'apps/**/*.test.{ts,tsx}'],
  },
});
