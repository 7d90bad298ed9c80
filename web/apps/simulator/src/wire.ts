/** What the simulator's API answers. Times are RFC 3339. */

export interface Phone {
  number: string;
  wa_id: string;
  /** ISO 3166, `ZZ` where the simulator does not know. */
  country: string;
  name: string;
  last: Message | null;
  unread: number;
  has_error: boolean;
  messages: number;
  /** How many of them are SMS. */
  sms?: number;
  /** The owner wrote STOP, and takes no SMS. */
  sms_stopped?: boolean;
  waiting: number;
  behaviour: Behaviour;
}

/** How a phone behaves. A simulator may know more switches, or fewer, than this page. */
export interface Behaviour {
  offline?: boolean;
  not_on_whatsapp?: boolean;
  delay_ms?: number;
  error_rate?: number;
  duplicate?: boolean;
  reorder?: boolean;
  /** The first answer to each webhook comes too late, so the webhook is repeated. */
  lose_webhook_answer?: boolean;
  username_only?: boolean;
  lose_response?: boolean;
  error_code?: number | null;
  error_async?: boolean;
  http_status?: number | null;
  /** The answer comes later by so many milliseconds. */
  hang?: number | null;
  sms_error_code?: number | null;
  sms_lost?: boolean;
}

/** The bubble of a template, as WhatsApp shows it in the template's language. */
export interface Bubble {
  /** Meta's code, such as `pt_BR`. */
  language: string;
  direction: 'ltr' | 'rtl';
  before: string;
  code: string;
  after: string;
  security: string | null;
  footer: string | null;
  copy_button: string;
  not_requested_button: string | null;
}

export type Channel = 'whatsapp' | 'sms';

export type Status = 'accepted' | 'sent' | 'delivered' | 'read' | 'failed';

export interface Message {
  id: string;
  direction: 'to_phone' | 'from_phone';
  channel?: Channel;
  provider?: Provider;
  type: string;
  text: string;
  template: string | null;
  language: string | null;
  code: string | null;
  bubble?: Bubble | null;
  /** The business asks for the phone's number. */
  asks_contact?: boolean;
  forwarded?: boolean;
  /** It was written in a group. */
  group?: boolean;
  status: Status;
  error_code: number | null;
  at: string;
  sent_at: string | null;
  delivered_at: string | null;
  read_at: string | null;
  failed_at: string | null;
}

export type Provider = 'meta' | 'twilio';

export interface WebhookAnswer {
  at: string;
  duration_ms: number;
  status: number | null;
  error: string | null;
}

export interface Webhook {
  id: string;
  kind: string;
  phone: string;
  at: string;
  body: string;
  signature: string;
  provider?: Provider;
  /** Where it goes, when that is not the address of the settings. */
  url?: string | null;
  outcome: 'recorded' | 'pending' | 'delivered' | 'gave_up';
  attempts: number;
  answers: WebhookAnswer[];
  held_back_ms?: number | null;
}

/** A call that the server made to the stand-in for Meta or Twilio. */
export interface GraphRequest {
  id: string;
  at: string;
  method: string;
  path: string;
  /** The token, masked. */
  authorization: string | null;
  body: string;
  /** The number that a message goes to. */
  to: string | null;
  status: number | null;
  answer: string | null;
  message_id: string | null;
  duration_ms: number | null;
  state: 'pending' | 'answered' | 'abandoned';
}

export interface Settings {
  webhook_url: string | null;
  business_phone: string;
  business_account_id: string;
  phone_number_id: string;
  twilio?: TwilioAccount | null;
}

export interface TwilioAccount {
  account_sid: string;
  sms_number: string;
  whatsapp_number: string;
}

export interface ScenarioReport {
  passed: boolean;
  error: string | null;
  duration_ms: number;
  steps: readonly { do: string; ok: boolean; result?: unknown; error?: string }[];
}

/** What a watcher is told to read again. */
export interface Change {
  what: 'phones' | 'chat' | 'webhooks' | 'requests' | 'settings' | 'everything';
  wa_id?: string;
}
