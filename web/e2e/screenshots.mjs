// The pictures of the documentation, taken from the running program: docs/images/*.png.
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { launch } from './browser.mjs';
import { newPhone, startProduct } from './product.mjs';

const IMAGES = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../docs/images');
const DESK = { width: 1440, height: 900 };
const HAND = { width: 390, height: 780 };

await mkdir(IMAGES, { recursive: true });
const product = await startProduct();
const chromium = await launch();
try {
  await demo();
  await hosted('hosted-code', { colorScheme: 'light', locale: 'en' });
  await hosted('hosted-code-dark-hi', { colorScheme: 'dark', locale: 'hi' });
  await hosted('hosted-code-ar', { colorScheme: 'light', locale: 'ar' });
  await simulator();
} finally {
  await chromium.close();
  await product.stop();
}

async function take(name, options, act) {
  const context = await chromium.newContext({ deviceScaleFactor: 2, ...options });
  const page = await context.newPage();
  await act(page);
  await page.screenshot({ path: path.join(IMAGES, `${name}.png`) });
  await context.close();
  console.log(`docs/images/${name}.png`);
}

/** The front page, while the code has come to the phone. */
function demo() {
  return take('demo', { viewport: DESK, locale: 'en' }, async (page) => {
    await page.goto(`${product.url}/`);
    const hosted = page.frameLocator('#page-frame');
    await hosted.locator('form[action$="/send"] button:not([formaction]):not([name])').click();
    await hosted.locator('input[name=code]').waitFor();
    const number = await page.locator('#number').inputValue();
    const code = await product.code(number);
    await page.frameLocator('#phone-frame').getByText(code).first().waitFor();
  });
}

/** The hosted page, asking for the code. */
function hosted(name, options) {
  return take(name, { viewport: HAND, ...options }, async (page) => {
    const session = await product.session({ phone: newPhone().e164 });
    await page.goto(session.url);
    await page.locator('form[action$="/send"] button:not([formaction]):not([name])').click();
    await page.locator('input[name=code]').waitFor();
  });
}

/** The simulated phones, one of them with a code. */
function simulator() {
  return take('simulator', { viewport: DESK, locale: 'en' }, async (page) => {
    const phone = newPhone().e164;
    await product.api('POST', '/v1/verifications', { phone });
    const code = await product.code(phone);
    await page.goto(`${product.simulator}/?${new URLSearchParams({ phone })}`);
    await page.getByText(code).first().waitFor();
  });
}
