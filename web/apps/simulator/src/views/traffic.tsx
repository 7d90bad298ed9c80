/** Everything on the wire, both ways, newest first. */

import { useState } from 'preact/hooks';
import { usePage, useSnapshot } from '../context.ts';
import { pretty, requestCurl, signatureHeader, webhookCurl } from '../curl.ts';
import { seconds } from '../times.ts';
import type { GraphRequest, Webhook } from '../wire.ts';
import { Answered } from './message-panel.tsx';
import { Box, Code, CopyButton, Duration } from './parts.tsx';

type Item =
  | { way: 'in'; at: string; request: GraphRequest }
  | { way: 'out'; at: string; webhook: Webhook };

export function mixed(requests: readonly GraphRequest[], webhooks: readonly Webhook[]): Item[] {
  const items: Item[] = [
    ...requests.map((request): Item => ({ way: 'in', at: request.at, request })),
    ...webhooks.map((webhook): Item => ({ way: 'out', at: webhook.at, webhook })),
  ];
  return items.sort((one, other) => other.at.localeCompare(one.at));
}

export function Traffic() {
  const { t } = usePage();
  const { requests, webhooks } = useSnapshot();
  const items = mixed(requests, webhooks);
  return (
    <Box title={t('sim.traffic')} aside={<span class="r">{t('sim.token_masked')}</span>}>
      <ul class="wire" data-traffic>
        {items.map((item) =>
          item.way === 'in' ? (
            <RequestRow key={`r${item.request.id}`} request={item.request} />
          ) : (
            <WebhookRow key={`w${item.webhook.id}`} webhook={item.webhook} />
          ),
        )}
      </ul>
      {items.length === 0 && <p class="none">{t('sim.no_traffic')}</p>}
    </Box>
  );
}

function RequestRow({ request }: { request: GraphRequest }) {
  const { t } = usePage();
  const [isOpen, setIsOpen] = useState(false);
  const isGood = request.status !== null && request.status < 400;
  return (
    <li>
      <button type="button" aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
        <time dateTime={request.at}>{seconds(request.at)}</time>
        <span class="what">
          <bdi dir="ltr">
            <b>{request.method}</b> {request.path}
          </bdi>
        </span>
        <span class={isGood ? 'ok' : 'no'}>{request.status ?? t('sim.no_answer')}</span>
        <small>
          {request.duration_ms === null ? (
            t('sim.under_way')
          ) : (
            <Duration ms={request.duration_ms} />
          )}
        </small>
      </button>
      {isOpen && (
        <div class="detail">
          <CopyButton text={requestCurl(location.origin, request)} label={t('sim.copy_curl')} />
          <Code
            label={`${t('sim.request')} ${request.id}`}
            text={[
              `${request.method} ${request.path}`,
              request.authorization && `Authorization: ${request.authorization}`,
              pretty(request.body),
            ]
              .filter(Boolean)
              .join('\n')}
          />
          <Code
            label={`${t('sim.answer')} ${request.id}`}
            text={pretty(request.answer ?? t('sim.no_answer'))}
          />
        </div>
      )}
    </li>
  );
}

function WebhookRow({ webhook }: { webhook: Webhook }) {
  const { store, t } = usePage();
  const { settings } = useSnapshot();
  const [isOpen, setIsOpen] = useState(false);
  const url = webhook.url ?? settings?.webhook_url ?? 'http://127.0.0.1:8080/webhook';
  return (
    <li>
      <button type="button" aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
        <time dateTime={webhook.at}>{seconds(webhook.at)}</time>
        <span class="what">
          {t('sim.webhook')} <small>{webhook.kind}</small>
        </span>
        <Answered webhook={webhook} />
      </button>
      {isOpen && (
        <div class="detail">
          <CopyButton text={webhookCurl(url, webhook)} label={t('sim.copy_curl')} />
          <button
            type="button"
            class="link"
            onClick={() => store.try((api) => api.repeatWebhook(webhook.id))}
          >
            {t('sim.send_again')}
          </button>
          <Code
            label={`${t('sim.webhook')} ${webhook.id}`}
            text={`POST ${url}\n${signatureHeader(webhook)}: ${webhook.signature}\n${pretty(webhook.body)}`}
          />
          <Answers webhook={webhook} />
        </div>
      )}
    </li>
  );
}

function Answers({ webhook }: { webhook: Webhook }) {
  const { t } = usePage();
  return (
    <ul class="answers">
      {webhook.answers.map((answer) => (
        <li key={answer.at}>
          {seconds(answer.at)} {answer.status ?? answer.error ?? t('sim.no_answer')}{' '}
          <Duration ms={answer.duration_ms} />
        </li>
      ))}
    </ul>
  );
}
