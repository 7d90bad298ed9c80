/** A simulator for tests of the page: it holds what it is given, and notes what it is asked. */

import { type Api, Refused } from '../api.ts';
import type { Message, Phone, TwilioAccount } from '../wire.ts';
import { message } from './samples.ts';

export class FakeApi {
  phones: Phone[] = [];
  chats = new Map<string, Message[]>();
  refusal: string | null = null;
  twilio: TwilioAccount | null = null;
  readonly calls: string[] = [];

  readonly api: Api = {
    phones: async (search) => {
      this.calls.push(`phones ${search}`.trim());
      const found = this.phones.filter((phone) => phone.number.includes(search));
      return { phones: found, total: this.phones.length };
    },
    phone: async (number) => {
      const found = this.phones.find((phone) => phone.number === number);
      if (found === undefined) throw new Refused(404, 'No such phone.');
      return found;
    },
    chat: async (number) => {
      this.calls.push(`chat ${number}`);
      return { messages: this.chats.get(number) ?? [] };
    },
    addPhone: async () => this.#first('addPhone'),
    removePhone: async () => this.#done('removePhone'),
    behave: async (_, changed) => this.#first(`behave ${JSON.stringify(changed)}`),
    write: async (_, writing) => {
      this.#done(`write ${JSON.stringify(writing)}`);
      return { message_id: 'wamid.9' };
    },
    removeMessage: async (_, id) => this.#done(`removeMessage ${id}`),
    setStatus: async (_, id, status, code) => {
      this.#done(`status ${id} ${status} ${code ?? ''}`.trim());
      return message();
    },
    notRequested: async (_, id) => this.#done(`notRequested ${id}`),
    webhooks: async () => ({ webhooks: [] }),
    repeatWebhook: async (id) => this.#done(`repeat ${id}`),
    requests: async () => ({ requests: [] }),
    settings: async () => ({
      webhook_url: null,
      business_phone: '+15550100200',
      business_account_id: '1',
      phone_number_id: '2',
      twilio: this.twilio,
    }),
    reset: async () => this.#done('reset'),
    recordedScenario: async () => ({ steps: [] }),
    runScenario: async () => ({ passed: true, error: null, duration_ms: 1, steps: [] }),
  };

  #done(call: string) {
    this.calls.push(call);
    if (this.refusal !== null) throw new Refused(409, this.refusal);
  }

  #first(call: string): Phone {
    this.#done(call);
    const [phone] = this.phones;
    if (phone === undefined) throw new Refused(404, 'No such phone.');
    return phone;
  }
}
