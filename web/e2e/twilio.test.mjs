// Twilio's own SDK beside ours: it sends through the simulator, believes the simulator's webhooks,
// and its signatures are believed by the server.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, describe, test } from 'node:test';
import twilio from 'twilio';
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks.js';
import { newPhone, startProduct } from './product.mjs';

const ACCOUNT = 'AC000000000000000000000000c0ffee00';
const TOKEN = 'SIMULATORcountersignauthtoken';
const SMS_NUMBER = '+15550100300';

let product;
before(async () => {
  product = await startProduct();
});
after(() => product?.stop());

/** A server that keeps what is posted to it. */
async function listener() {
  const posted = [];
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    posted.push({
      url: request.url,
      signature: request.headers['x-twilio-signature'],
      fields: Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString())),
    });
    response.writeHead(200).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { posted, url: `http://127.0.0.1:${server.address().port}`, server };
}

async function eventually(ask) {
  for (let turn = 0; turn < 400; turn += 1) {
    const answer = await ask();
    if (answer) return answer;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error('not within ten seconds');
}

describe("Twilio's SDK", () => {
  test('sends through the simulator, and believes what it posts', async () => {
    const { posted, url, server } = await listener();
    const client = twilio(ACCOUNT, TOKEN);
    client.api.baseUrl = product.simulator;
    const { e164 } = newPhone();
    const statusCallback = `${url}/status?order=4711&x=a%20b`;

    const message = await client.messages.create({
      to: e164,
      from: SMS_NUMBER,
      body: 'Grüße & mehr: 402917',
      statusCallback,
    });
    await eventually(() => posted.some(({ fields }) => fields.MessageStatus === 'delivered'));
    server.close();

    assert.match(message.sid, /^SM[0-9a-f]{32}$/);
    assert.equal(message.status, 'queued');
    assert.equal(await product.code(e164), '402917');
    for (const { url: target, signature, fields } of posted) {
      assert.equal(fields.MessageSid, message.sid);
      assert.ok(twilio.validateRequest(TOKEN, signature, url + target, fields), target);
      const forged = { ...fields, MessageStatus: 'read' };
      assert.ok(!twilio.validateRequest(TOKEN, signature, url + target, forged));
    }
    const fetched = await client.messages(message.sid).fetch();
    assert.equal(fetched.status, 'delivered');
  });

  test("believes the simulator's callbacks about our own messages", async () => {
    const { e164 } = newPhone();
    const { id } = await product.api('POST', '/v1/verifications', { phone: e164, channel: 'sms' });
    await product.code(e164);
    const [message] = await eventually(async () => {
      const { messages } = await product.api('GET', `/v1/verifications/${id}`);
      return messages[0].status === 'delivered' && messages;
    });
    assert.equal(message.account, 'twilio');

    const answer = await fetch(`${product.simulator}/api/webhooks`);
    const { webhooks } = await answer.json();
    const ours = webhooks.filter(({ url }) => url?.includes(id));

    assert.ok(ours.length >= 2);
    for (const { url, body, signature } of ours) {
      const fields = Object.fromEntries(new URLSearchParams(body));
      assert.ok(twilio.validateRequest(TOKEN, signature, url, fields), url);
    }
  });

  test('signs as the server believes it, and nobody else does', async () => {
    const { e164 } = newPhone();
    const { id } = await product.api('POST', '/v1/verifications', { phone: e164, channel: 'sms' });
    await product.code(e164);
    const { messages } = await product.simulated(`/api/phones/${e164}/messages`);
    const reference = await eventually(async () => {
      const { webhooks } = await product.simulated('/api/webhooks');
      const found = webhooks.find(({ url }) => url?.includes(id));
      return found && new URL(found.url).searchParams.get('reference');
    });
    const url = `${product.url}/api/webhooks/twilio?reference=${reference}`;
    const fields = {
      AccountSid: ACCOUNT,
      ApiVersion: '2010-04-01',
      ErrorCode: '30005',
      From: SMS_NUMBER,
      MessageSid: messages[0].id,
      MessageStatus: 'undelivered',
      SmsSid: messages[0].id,
      SmsStatus: 'undelivered',
      To: e164,
    };
    const post = (signature, changed = {}) =>
      fetch(url, {
        method: 'POST',
        headers: { 'x-twilio-signature': signature },
        body: new URLSearchParams({ ...fields, ...changed }),
      });
    const signature = getExpectedTwilioSignature(TOKEN, url, fields);

    const forged = await post(signature, { ErrorCode: '30006' });
    const other = await post(getExpectedTwilioSignature('another token', url, fields));
    const genuine = await post(signature);

    assert.equal(forged.status, 401);
    assert.equal(other.status, 401);
    assert.equal(genuine.status, 200);
  });
});
