/** One message from the outside: how far it came, and what can be made of it. */

import { useState } from 'preact/hooks';
import { usePage, useSnapshot } from '../context.ts';
import { codeCurl, pretty, requestCurl } from '../curl.ts';
import { inspected } from '../store.ts';
import { channelOf, inThread } from '../threads.ts';
import { seconds, tenths } from '../times.ts';
import type { Message, Phone, Webhook } from '../wire.ts';
import { Behaviours } from './behaviours.tsx';
import { FailButton } from './fail-button.tsx';
import { Again, Bin, Check, Eye } from './icons.tsx';
import { Box, Code, CopyButton, Duration } from './parts.tsx';

export function MessagePanel({ phone }: { phone: Phone }) {
  const { store } = usePage();
  const now = useSnapshot();
  const messages = inThread(now.chats.get(phone.number) ?? [], store.thread(phone.number));
  const message = inspected(messages, now.chosen.get(phone.number));
  const webhooks = now.webhooks.filter((webhook) => webhook.phone === `+${phone.wa_id}`);
  return (
    <>
      {message === undefined ? <NoMessage /> : <Timeline message={message} />}
      <Actions phone={phone} message={message} lastWebhook={webhooks[0]} />
      <InATest phone={phone} message={message} />
      <Behaviours phone={phone} />
      <Webhooks webhooks={webhooks.slice(0, 6)} />
      {message !== undefined && <Sent message={message} />}
    </>
  );
}

function NoMessage() {
  const { t } = usePage();
  return <p class="none">{t('sim.no_message_yet')}</p>;
}

function Timeline({ message }: { message: Message }) {
  const { t } = usePage();
  const steps: readonly [label: string, at: string | null][] = [
    [t('sim.status_accepted'), message.at],
    [t('sim.status_sent'), message.sent_at],
    [t('sim.status_delivered'), message.delivered_at],
    message.failed_at === null
      ? [t('sim.status_read'), message.read_at]
      : [`${t('sim.status_failed')} ${message.error_code ?? ''}`, message.failed_at],
  ];
  const isFailed = message.failed_at !== null;
  const isSms = channelOf(message) === 'sms';
  return (
    <ol class="steps" data-status={message.status}>
      {steps.slice(0, isSms && !isFailed ? 3 : 4).map(([label, at], place) => (
        <li key={label} class={stepClass(at, isFailed && place === 3)}>
          <b>{label}</b>
          {at === null ? <span>{t('sim.waiting')}</span> : <time dateTime={at}>{tenths(at)}</time>}
        </li>
      ))}
    </ol>
  );
}

function stepClass(at: string | null, isFailure: boolean): string {
  if (at === null) return '';
  return isFailure ? 'd bad' : 'd';
}

interface ActionsProps {
  phone: Phone;
  message: Message | undefined;
  lastWebhook: Webhook | undefined;
}

function Actions({ phone, message, lastWebhook }: ActionsProps) {
  const { store, say, t } = usePage();
  const setStatus = async (status: string) => {
    if (!message) return;
    await store.try((api) => api.setStatus(phone.number, message.id, status));
  };
  const repeat = async () => {
    if (!lastWebhook) return;
    if (await store.try((api) => api.repeatWebhook(lastWebhook.id))) say(t('sim.repeated'));
  };
  const remove = () => message && store.try((api) => api.removeMessage(phone.number, message.id));
  return (
    <div class="acts">
      {message && message.delivered_at === null && (
        <button type="button" class="ctl" onClick={() => setStatus('delivered')}>
          <Check />
          {t('sim.mark_delivered')}
        </button>
      )}
      {message && message.read_at === null && channelOf(message) === 'whatsapp' && (
        <button type="button" class="ctl" data-mark-read onClick={() => setStatus('read')}>
          <Eye />
          {t('sim.mark_read')}
        </button>
      )}
      {lastWebhook && (
        <button type="button" class="ctl" onClick={repeat}>
          <Again />
          {t('sim.repeat_webhook')}
        </button>
      )}
      {message && <FailButton number={phone.number} message={message} />}
      {message && (
        <button
          type="button"
          class="ctl icon"
          aria-label={t('sim.delete_message')}
          title={t('sim.delete_message')}
          onClick={remove}
        >
          <Bin />
        </button>
      )}
    </div>
  );
}

function InATest({ phone, message }: { phone: Phone; message: Message | undefined }) {
  const { t } = usePage();
  const command = codeCurl(location.origin, phone.number);
  const code = message?.code ?? null;
  const id = message?.provider === 'twilio' ? 'SM' : 'wamid.';
  const example = code === null ? '' : `\n{ "code": "${code}", "message_id": "${id}…" }`;
  return (
    <Box title={t('sim.in_a_test')} aside={<CopyButton text={command} label={t('sim.copy')} />}>
      <Code
        label={t('sim.in_a_test')}
        text={`# ${t('sim.in_a_test_note')}\n${command}${example}`}
      />
    </Box>
  );
}

function Webhooks({ webhooks }: { webhooks: readonly Webhook[] }) {
  const { t } = usePage();
  const isTwilio = webhooks[0]?.provider === 'twilio';
  const signed = isTwilio ? 'sim.signed_by_token' : 'sim.signed';
  return (
    <Box title={t('sim.webhooks')} aside={<span class="r">{t(signed)}</span>}>
      <ul class="hk" data-webhooks>
        {webhooks.map((webhook) => (
          <WebhookLine key={webhook.id} webhook={webhook} />
        ))}
      </ul>
      {webhooks.length === 0 && <p class="none">{t('sim.no_webhooks')}</p>}
    </Box>
  );
}

export function WebhookLine({ webhook }: { webhook: Webhook }) {
  const { t } = usePage();
  const held = webhook.held_back_ms ?? 0;
  const field = webhook.kind === 'message' ? 'messages' : 'statuses';
  return (
    <li>
      <time dateTime={webhook.at}>{seconds(webhook.at)}</time>
      <span>
        {webhook.provider === 'twilio' ? 'Twilio' : field}{' '}
        <small>
          {webhook.kind === 'message' ? t('sim.from_phone') : webhook.kind}
          {held > 0 && `, ${t('sim.held_back', { n: (held / 1000).toFixed(1) })}`}
          {webhook.attempts > 1 && `, ${t('sim.attempts', { n: webhook.attempts })}`}
        </small>
      </span>
      <Answered webhook={webhook} />
    </li>
  );
}

export function Answered({ webhook }: { webhook: Webhook }) {
  const { t } = usePage();
  const answer = webhook.answers.at(-1);
  if (answer === undefined) {
    const isRecorded = webhook.outcome === 'recorded';
    return <small>{isRecorded ? t('sim.not_sent') : t('sim.under_way')}</small>;
  }
  const { status } = answer;
  const isGood = webhook.provider === 'twilio' ? status !== null && status < 300 : status === 200;
  return (
    <>
      <span class={isGood ? 'ok' : 'no'} title={answer.error ?? undefined}>
        {status ?? t('sim.no_answer')}
      </span>
      <small>
        <Duration ms={answer.duration_ms} />
      </small>
    </>
  );
}

function Sent({ message }: { message: Message }) {
  const { t } = usePage();
  const [isWhole, setIsWhole] = useState(false);
  const request = useSnapshot().requests.find((found) => found.message_id === message.id);
  if (request === undefined) return null;
  const curl = requestCurl(location.origin, request);
  const answer = isWhole ? `\n\n${request.status}\n${pretty(request.answer ?? '')}` : '';
  return (
    <Box title={t('sim.server_sent')} aside={<CopyButton text={curl} label={t('sim.copy_curl')} />}>
      <Code
        label={t('sim.server_sent')}
        text={`${request.method} ${request.path}\n${pretty(request.body)}${answer}`}
      />
      <button
        type="button"
        class="more"
        aria-expanded={isWhole}
        onClick={() => setIsWhole(!isWhole)}
      >
        {isWhole ? t('sim.hide_answer') : t('sim.show_answer')}
      </button>
    </Box>
  );
}
