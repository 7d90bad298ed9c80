// What the server says of a page. The names are those of its JSON.

export type Step =
  | 'phone'
  | 'code'
  | 'message'
  | 'confirm'
  | 'done'
  | 'expired'
  | 'locked'
  | 'superseded'
  | 'canceled'
  | 'undeliverable'
  | 'gone';

/** Which way the proof goes: a code that we send, or a message that the person sends. */
export type Method = 'code' | 'message';

/** A way to a phone. */
export type Channel = 'whatsapp' | 'sms';

/** The text about a message that came and did not count. */
export type Notice =
  | 'ui.notice.wrong_number'
  | 'ui.notice.phone_hidden'
  | 'ui.notice.contact_asked'
  | 'ui.notice.contact_refused'
  | 'ui.notice.forwarded'
  | 'ui.notice.not_text'
  | 'ui.notice.missing_token'
  | 'ui.notice.rate_limited'
  | 'ui.notice.country_not_allowed'
  | 'ui.notice.unsuitable'
  | 'ui.notice.second_sender'
  | 'ui.notice.denied'
  | 'ui.notice.identity_changed';

/**
 * Where a page stands. Times are milliseconds of the server's clock. What few pages have is left out
 * of the others.
 */
export interface State {
  step: Step;
  method: Method;
  /** The number, masked; `null` before one was given. */
  to: string | null;
  /** The length of the code. */
  digits: number;
  /** What the last code went by, or the next one will. */
  channel: Channel;
  /** What can be asked for instead. */
  otherChannel: Channel | null;
  /** The key of a text about the channel that the code did not arrive by. */
  fellBack?: 'ui.sms.fell.whatsapp' | 'ui.sms.fell.sms' | null;
  /** The key of a text about the channels that nothing arrived by. */
  undelivered?: 'ui.sms.lost.whatsapp' | 'ui.sms.lost.sms' | 'ui.sms.lost.both' | null;
  /** The code that nobody was sent: of a page that a test key asked for, while it counts. */
  testCode?: string;
  /** Where the newest message stands. */
  message: string | null;
  expiresAt: number | null;
  resendAt: number | null;
  /** Wrong codes that are still allowed. */
  left: number;
  /** Opens WhatsApp, with the message ready. */
  link?: string | null;
  /** The message in three pieces, of which the middle one must not be changed. */
  before?: string | null;
  token?: string | null;
  after?: string | null;
  notice: Notice | null;
  /** Who wrote it, masked. */
  sender: string | null;
  /** The key of a text. */
  error: string | null;
  field: 'phone' | 'code' | null;
  /** Before then no new code can be asked for. */
  retryAt: number | null;
  canChange: boolean;
  canRestart: boolean;
  /** A message may be sent in the place of a code. */
  canMessage: boolean;
  /** The other method is open from this step. */
  canSwitch: boolean;
  /** Where the person goes from here. */
  redirect: string | null;
}

export interface Moment {
  now: number;
  state: State;
}

export interface Brand {
  name: string;
  logo: string | null;
  help: string | null;
  privacy: string | null;
  credit: boolean;
}

export interface Language {
  code: string;
  name: string;
  selected: boolean;
}

export interface Country {
  iso: string;
  name: string;
  /** Its calling code, without the plus sign. */
  code: string;
  selected: boolean;
}

/** What stands in the form of the phone step. */
export interface Fields {
  /** Makes sending the form twice the same as sending it once. */
  once: string;
  country: string;
  phone: string;
}

export type Message = string | { [category: string]: string };
export type Messages = { [key: string]: Message };

/** What the page's script begins with. */
export interface Boot extends Moment {
  lang: string;
  base: string;
  brand: Brand;
  form: Fields;
  languages: Language[];
  messages: Messages;
}
