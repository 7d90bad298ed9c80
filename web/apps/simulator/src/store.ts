/** Everything the page shows. It is read again when the simulator says that it changed. */

import { type Api, Refused, api as realApi } from './api.ts';
import { type Connection, listen } from './live.ts';
import { inThread, shownThread } from './threads.ts';
import type { Change, Channel, GraphRequest, Message, Phone, Settings, Webhook } from './wire.ts';

export interface Snapshot {
  /** Those in the list and those that are open. */
  phones: readonly Phone[];
  /** The numbers in the list: all, or what the search found. */
  found: readonly string[];
  total: number;
  search: string;
  chats: ReadonlyMap<string, readonly Message[]>;
  webhooks: readonly Webhook[];
  requests: readonly GraphRequest[];
  settings: Settings | null;
  connection: Connection;
  /** The numbers of the phones side by side; the first is the one the inspector is about. */
  open: readonly string[];
  active: string | null;
  /** The message that was chosen in each chat. */
  chosen: ReadonlyMap<string, string>;
  /** When each chat was last looked at. */
  seen: ReadonlyMap<string, string>;
  /** The thread that was chosen on each phone. */
  threads: ReadonlyMap<string, Channel>;
  /** When each thread, as `number channel`, was last on the screen: its newest message then. */
  looked: ReadonlyMap<string, string>;
  /** The text of a link that waits to be sent. */
  link: string | null;
  /** How often each phone was given a draft. */
  drafted: ReadonlyMap<string, number>;
  /** What went wrong, in the simulator's words. */
  problem: string | null;
  hasLoaded: boolean;
}

export const MOST_BESIDE = 3;
/** How long after a part was read it may be read again, however often it changes. */
const BREATH_MS = 80;

const EMPTY: Snapshot = {
  phones: [],
  found: [],
  total: 0,
  search: '',
  chats: new Map(),
  webhooks: [],
  requests: [],
  settings: null,
  connection: 'connecting',
  open: [],
  active: null,
  chosen: new Map(),
  seen: new Map(),
  threads: new Map(),
  looked: new Map(),
  link: null,
  drafted: new Map(),
  problem: null,
  hasLoaded: false,
};

type Part = 'phones' | 'webhooks' | 'requests' | 'settings' | `chat ${string}`;

export class Store {
  #now: Snapshot = EMPTY;
  #watchers = new Set<() => void>();
  /** A phone that stays open whatever happens: the page is only about it. */
  #pinned: string | null = null;
  /** Whether the chats are read once it is known which phones there still are. */
  #wantsChats = false;
  /** Parts that are being read; `true` when they changed again meanwhile. */
  #reading = new Map<Part, boolean>();

  /** A text that waits for a phone to be shown; for the first of all when it names none. */
  #draft: { number: string | null; text: string };

  /** `draft` is a text that a link brought. */
  constructor(
    readonly api: Api = realApi,
    draft = '',
  ) {
    this.#draft = { number: null, text: draft };
  }

  /** The text that waits on a phone, whichever asks first. It stays until it was sent. */
  takeDraft(number: string): string {
    this.#draft.number ??= number;
    return this.#draft.number === number ? this.#draft.text : '';
  }

  dropDraft(number: string) {
    if (this.#draft.number === number) this.#draft = { number, text: '' };
  }

  /** The phone has this text ready to be sent, instead of what was typed there. */
  hand(number: string, text: string) {
    this.#draft = { number, text };
    const drafted = new Map(this.#now.drafted);
    this.set({
      drafted: drafted.set(number, (drafted.get(number) ?? 0) + 1),
      threads: new Map(this.#now.threads).set(number, 'whatsapp'),
    });
    this.#look(number);
  }

  get now(): Snapshot {
    return this.#now;
  }

  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  set(change: Partial<Snapshot>) {
    this.#now = { ...this.#now, ...change };
    for (const watcher of this.#watchers) watcher();
  }

  start(open = listen): () => void {
    return open({
      changed: (change) => this.changed(change),
      connection: (connection) => this.set({ connection }),
    });
  }

  changed(change: Change) {
    const isAll = change.what === 'everything';
    // To ask for the chat of a phone makes the phone, so one that was forgotten must not be asked.
    if (isAll) this.#wantsChats = true;
    if (isAll || change.what === 'phones' || change.what === 'chat') this.read('phones');
    if (isAll || change.what === 'webhooks') this.read('webhooks');
    if (isAll || change.what === 'requests') this.read('requests');
    if (isAll || change.what === 'settings') this.read('settings');
    if (change.what !== 'chat') return;
    for (const number of this.#now.open) {
      const phone = this.phone(number);
      if (!phone || phone.wa_id === change.wa_id) this.read(`chat ${number}`);
    }
  }

  phone(number: string | null): Phone | undefined {
    return this.#now.phones.find((phone) => phone.number === number);
  }

  /** Shows a phone in place of the active one. */
  open(number: string) {
    const { open, active } = this.#now;
    if (open.includes(number)) return this.activate(number);
    const place = active === null ? -1 : open.indexOf(active);
    const next =
      place < 0 ? [...open, number] : open.map((old, at) => (at === place ? number : old));
    this.set({ open: next });
    this.activate(number);
    this.read(`chat ${number}`);
  }

  pin(number: string) {
    this.#pinned = number;
    this.open(number);
  }

  openBeside(number: string) {
    const { open } = this.#now;
    if (open.includes(number) || open.length >= MOST_BESIDE) return;
    this.set({ open: [...open, number] });
    this.activate(number);
    this.read(`chat ${number}`);
  }

  /** Another phone with the same text: one that is there, or a new one. Answers its number. */
  async secondPhone(number: string, text: string): Promise<string | null> {
    const other = this.#now.phones.find((phone) => !this.#now.open.includes(phone.number));
    const second = other?.number ?? this.#freeNumber(number);
    const isThere = other !== undefined || (await this.try((api) => api.addPhone(second)));
    if (!isThere) return null;
    this.hand(second, text);
    return second;
  }

  #freeNumber(number: string): string {
    let next = BigInt(number.replace(/\D/g, '')) + 1n;
    while (this.phone(`+${next}`) !== undefined) next += 1n;
    return `+${next}`;
  }

  close(number: string) {
    const open = this.#now.open.filter((other) => other !== number);
    this.set({ open });
    if (this.#now.active === number) this.set({ active: open[0] ?? null });
  }

  activate(number: string) {
    if (this.#now.active !== number) this.set({ active: number });
    this.#look(number);
  }

  choose(number: string, id: string) {
    this.set({ chosen: new Map(this.#now.chosen).set(number, id), active: number });
  }

  chooseThread(number: string, channel: Channel) {
    this.set({ threads: new Map(this.#now.threads).set(number, channel) });
    this.#look(number);
  }

  /** The thread on the screen of a phone. A link is for WhatsApp. */
  thread(number: string): Channel {
    const { chats, link, settings, threads } = this.#now;
    if (link !== null) return 'whatsapp';
    return shownThread(chats.get(number) ?? [], threads.get(number), settings);
  }

  search(search: string) {
    this.set({ search });
    this.read('phones');
  }

  /** Does something, and keeps the sentence when it is refused. Answers whether it was done. */
  async try(action: (api: Api) => Promise<unknown>): Promise<boolean> {
    try {
      await action(this.api);
      this.set({ problem: null });
      return true;
    } catch (error) {
      this.set({ problem: error instanceof Refused ? error.message : 'offline' });
      return false;
    }
  }

  /** One read of a part at a time: a change in between makes one more. */
  read(part: Part) {
    if (this.#reading.has(part)) {
      this.#reading.set(part, true);
      return;
    }
    this.#reading.set(part, false);
    this.#fetch(part)
      .catch(() => undefined)
      .finally(() => setTimeout(() => this.#rested(part), BREATH_MS));
  }

  #rested(part: Part) {
    const again = this.#reading.get(part);
    this.#reading.delete(part);
    if (again) this.read(part);
  }

  async #fetch(part: Part) {
    switch (part) {
      case 'phones':
        return this.#readPhones();
      case 'webhooks':
        return this.set({ webhooks: (await this.api.webhooks()).webhooks });
      case 'requests':
        return this.set({ requests: (await this.api.requests()).requests });
      case 'settings':
        return this.set({ settings: await this.api.settings() });
      default:
        return this.#readChat(part.slice('chat '.length));
    }
  }

  async #readPhones() {
    const { search } = this.#now;
    const { phones, total } = await this.api.phones(search);
    // A slow answer to what was typed before is not shown.
    if (search !== this.#now.search) return this.read('phones');
    const known = new Set(phones.map((phone) => phone.number));
    const hidden = this.#now.open.filter((number) => !known.has(number));
    const isWhole = search === '' && total <= phones.length;
    const rest = await Promise.all(hidden.map((number) => this.#hiddenPhone(number, isWhole)));
    const all = [...phones, ...rest.filter((phone) => phone !== undefined)];
    this.set({ phones: all, found: [...known], total, hasLoaded: true });
    if (this.#wantsChats) for (const number of this.#now.open) this.read(`chat ${number}`);
    this.#wantsChats = false;
    const first = phones[0];
    if (this.#now.open.length === 0 && first && search === '') this.open(first.number);
  }

  /** An open phone that the search does not find stays open; one that was deleted is closed. */
  async #hiddenPhone(number: string, isWhole: boolean): Promise<Phone | undefined> {
    const isKnown = this.phone(number) !== undefined;
    if (isWhole && isKnown && number !== this.#pinned) {
      this.close(number);
      return undefined;
    }
    return this.api.phone(number).catch(() => undefined);
  }

  async #readChat(number: string) {
    const { messages } = await this.api.chat(number);
    this.set({ chats: new Map(this.#now.chats).set(number, messages) });
    this.#look(number);
  }

  #look(number: string) {
    if (!this.#now.open.includes(number)) return;
    const last = this.#now.chats.get(number)?.at(-1)?.at ?? '';
    if (this.#now.seen.get(number) !== last) {
      this.set({ seen: new Map(this.#now.seen).set(number, last) });
    }
    const channel = this.thread(number);
    const came = inThread(this.#now.chats.get(number) ?? [], channel).map(
      (message) => message.delivered_at ?? '',
    );
    const newest = came.reduce((one, other) => (one > other ? one : other), '');
    const thread = `${number} ${channel}`;
    if ((this.#now.looked.get(thread) ?? '') < newest) {
      this.set({ looked: new Map(this.#now.looked).set(thread, newest) });
    }
  }
}

/** Unread messages in a chat that is not on the screen and was not since they came. */
export function unread(phone: Phone, now: Pick<Snapshot, 'open' | 'seen'>): number {
  if (now.open.includes(phone.number)) return 0;
  const seen = now.seen.get(phone.number);
  return seen !== undefined && phone.last !== null && phone.last.at <= seen ? 0 : phone.unread;
}

/** The message that the inspector is about: the chosen one, or the newest to the phone. */
export function inspected(
  messages: readonly Message[],
  chosen: string | undefined,
): Message | undefined {
  const found = messages.find((message) => message.id === chosen);
  return found ?? messages.filter((message) => message.direction === 'to_phone').at(-1);
}
