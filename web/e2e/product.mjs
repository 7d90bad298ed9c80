// The product as its users run it: the real binary on a folder of its own, driven over HTTP.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const TARGET = process.env.CARGO_TARGET_DIR ?? 'target';
const BINARY = process.env.COUNTERSIGN_BIN ?? path.resolve(ROOT, TARGET, 'debug/countersign');

/** Numbers that are handed out once each: a phone gets one message a minute. */
let numbers = 0;

/** A phone of its own for each test; the digits of Germany's numbers for films and tests. */
export function newPhone() {
  numbers += 1;
  const national = `15550${String(200_000 + numbers)}`;
  return { national, e164: `+49${national}` };
}

/** Starts `countersign dev` with these settings. Answers when it is ready. */
export async function startProduct(settings = {}) {
  const data = await mkdtemp(path.join(tmpdir(), 'countersign-e2e-'));
  const child = spawn(
    BINARY,
    ['dev', '--json', '--listen', '127.0.0.1:0', '--simulator', '127.0.0.1:0', '--data', data],
    { env: { ...process.env, ...settings }, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const lines = createInterface({ input: child.stdout });
  const first = await Promise.race([
    once(lines, 'line'),
    once(child, 'exit').then(([code]) => {
      throw new Error(`countersign dev ended with ${code} before it was ready`);
    }),
  ]);
  return new Product(JSON.parse(first[0]), child, data);
}

/** Starts `countersign serve` as in production, with a test key. There are no phones. */
export async function startServer(settings = {}) {
  const data = await mkdtemp(path.join(tmpdir(), 'countersign-e2e-'));
  const url = `http://127.0.0.1:${await freePort()}`;
  const key = `cs_test_${'E2e'.repeat(14)}9`;
  const env = {
    ...process.env,
    LISTEN: new URL(url).host,
    PUBLIC_URL: url,
    DATABASE_URL: `sqlite:${path.join(data, 'countersign.db')}`,
    SECRET_KEY: '5a'.repeat(32),
    BOOTSTRAP_API_KEY: key,
    LOG_LEVEL: 'error',
    // Nothing listens there: whatever is sent fails.
    WHATSAPP_API_BASE_URL: 'http://127.0.0.1:9',
    WHATSAPP_ACCESS_TOKEN: 'none',
    WHATSAPP_PHONE_NUMBER_ID: '420033001177550',
    WHATSAPP_APP_SECRET: 'none',
    WHATSAPP_VERIFY_TOKEN: 'none',
    ...settings,
  };
  const child = spawn(BINARY, ['serve'], {
    cwd: data,
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  while (!(await isReady(url))) {
    if (child.exitCode !== null) throw new Error(`countersign serve ended with ${child.exitCode}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return new Product({ url, simulator: null, api_key: key }, child, data);
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

function isReady(url) {
  return fetch(`${url}/readyz`).then(
    (answer) => answer.ok,
    () => false,
  );
}

class Product {
  constructor(announced, child, data) {
    this.url = announced.url;
    this.simulator = announced.simulator;
    this.key = announced.api_key;
    this.child = child;
    this.data = data;
  }

  /** A call of the API, as a tenant's back end makes it. */
  async api(method, target, body) {
    const answer = await fetch(this.url + target, {
      method,
      headers: { authorization: `Bearer ${this.key}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${target}: ${answer.status} ${text}`);
    return text === '' ? null : JSON.parse(text);
  }

  session(fields = {}) {
    return this.api('POST', '/v1/sessions', fields);
  }

  /** The next code that comes to a simulated phone. */
  async code(phone) {
    const answer = await fetch(`${this.simulator}/api/phones/${phone}/code?wait=20`);
    const body = await answer.json();
    if (!answer.ok) throw new Error(`no code: ${JSON.stringify(body)}`);
    return body.code;
  }

  /** Waits until a verification is no longer pending. */
  async ended(id, within) {
    const end = Date.now() + within;
    for (;;) {
      const { status } = await this.api('GET', `/v1/verifications/${id}`);
      if (status !== 'pending') return status;
      if (Date.now() > end) throw new Error(`${id} is still pending`);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }

  /** Changes how a simulated phone behaves. */
  behave(phone, behaviour) {
    return this.simulate('PATCH', `/${phone}`, behaviour);
  }

  /** A simulated phone that has written nothing yet. */
  addPhone(phone) {
    return this.simulate('POST', '', { number: phone });
  }

  /** What a simulated phone sends to the business. */
  write(phone, message) {
    return this.simulate('POST', `/${phone}/messages`, message);
  }

  /** What the simulator answers. */
  async simulated(target) {
    const answer = await fetch(this.simulator + target);
    if (!answer.ok) throw new Error(`${target}: ${await answer.text()}`);
    return answer.json();
  }

  async simulate(method, target, body) {
    const answer = await fetch(`${this.simulator}/api/phones${target}`, {
      method,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${method} ${target}: ${await answer.text()}`);
  }

  async stop() {
    if (this.child.exitCode === null) {
      const gone = once(this.child, 'exit');
      this.child.kill('SIGINT');
      await gone;
    }
    await rm(this.data, { recursive: true, force: true });
  }
}
