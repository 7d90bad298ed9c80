// The program and a browser for the tests of one file.
import { after, before } from 'node:test';
import { launch, visitIn } from './browser.mjs';
import { startProduct, startServer } from './product.mjs';

/** Started before the first test of the file, gone after its last. */
export function stage(settings) {
  return stageOf(() => startProduct(settings));
}

/** The same as in production, with a test key and without phones. */
export function stageOfTestKey(settings) {
  return stageOf(() => startServer(settings));
}

function stageOf(start) {
  const on = {
    product: null,
    chromium: null,
    /** Runs `act` in a browser of its own. */
    visit: (options, act) => visitIn(on.chromium, options, act),
  };
  before(async () => {
    on.product = await start();
    on.chromium = await launch();
  });
  after(async () => {
    await on.chromium?.close();
    await on.product?.stop();
  });
  return on;
}
