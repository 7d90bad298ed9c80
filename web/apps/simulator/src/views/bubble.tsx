/** One message of a chat. */

import { copyText } from '../clipboard.ts';
import { usePage } from '../context.ts';
import { formatted, plain } from '../formatted.tsx';
import { kind } from '../kinds.ts';
import { channelOf } from '../threads.ts';
import { clock } from '../times.ts';
import type { Message, Bubble as TemplateBubble } from '../wire.ts';
import { Alert, Copy, Ticks } from './icons.tsx';

interface Props {
  number: string;
  message: Message;
  isChosen: boolean;
}

export function Bubble({ number, message, isChosen }: Props) {
  const { store, t } = usePage();
  const isToPhone = message.direction === 'to_phone';
  const isHere = !isToPhone || (message.delivered_at ?? message.read_at) !== null;
  const name = `b ${isToPhone ? 'in' : 'out'}${isChosen && isToPhone ? ' sel' : ''}${isHere ? '' : ' away'}`;
  const lang = (message.bubble?.language ?? message.language)?.replace('_', '-');
  return (
    <article
      class={name}
      data-message={message.id}
      data-status={message.status}
      lang={lang}
      dir={message.bubble?.direction ?? 'auto'}
      onClick={() => isToPhone && store.choose(number, message.id)}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && event.target === event.currentTarget && isToPhone) {
          store.choose(number, message.id);
        }
      }}
      tabIndex={isToPhone ? 0 : undefined}
    >
      {!isToPhone && <span class="vh">{t('sim.you_wrote')}</span>}
      <Marks message={message} />
      {message.bubble ? <Template of={message.bubble} /> : <Plain message={message} />}
      <Foot
        message={message}
        note={isHere ? (message.bubble?.footer ?? null) : t('sim.not_here')}
      />
      {isHere && message.code !== null && <CodeButtons number={number} message={message} />}
      {isHere && message.asks_contact === true && <ShareButton number={number} />}
    </article>
  );
}

function Marks({ message }: { message: Message }) {
  const { t } = usePage();
  const marks = [message.forwarded && t('sim.forwarded'), message.group && t('sim.group')];
  const said = marks.filter(Boolean).join(' · ');
  return said === '' ? null : <small class="marks">{said}</small>;
}

/** Gives the business the phone's own number. */
function ShareButton({ number }: { number: string }) {
  const { store, t } = usePage();
  const share = () => store.try((api) => api.write(number, { type: 'contacts' }));
  return (
    <button type="button" data-share-contact onClick={share}>
      {t('sim.share_contact')}
    </button>
  );
}

function Template({ of }: { of: TemplateBubble }) {
  return (
    <p>
      {of.before}
      <b data-code>{of.code}</b>
      {of.after}
      {of.security !== null && ` ${of.security}`}
    </p>
  );
}

function Plain({ message }: { message: Message }) {
  const { t } = usePage();
  if (channelOf(message) === 'sms') return <p>{plain(message.text, message.code)}</p>;
  const what = kind(message);
  if (what === null) return <p>{formatted(message.text, message.code)}</p>;
  return (
    <p>
      <i class="kind">{'key' in what ? t(what.key) : what.word}</i>
      {message.text !== '' && <> {formatted(message.text, null)}</>}
    </p>
  );
}

function Foot({ message, note }: { message: Message; note: string | null }) {
  const { t } = usePage();
  return (
    <div class="f">
      {note}
      {message.status === 'failed' && (
        <span class="failed" lang="">
          <Alert /> {t('sim.failed')} {message.error_code}
        </span>
      )}
      <time dateTime={message.at}>{clock(message.at)}</time>
      {message.direction === 'from_phone' && channelOf(message) === 'whatsapp' && (
        <Ticks status={message.status} label={t(`sim.status_${message.status}`)} />
      )}
    </div>
  );
}

function CodeButtons({ number, message }: { number: string; message: Message }) {
  const { store, say, t } = usePage();
  const { bubble, code } = message;
  const copy = async () => {
    const isDone = await copyText(code ?? '');
    say(isDone ? t('sim.code_copied') : t('sim.copy_failed'));
  };
  const deny = async () => {
    if (await store.try((api) => api.notRequested(number, message.id))) say(t('sim.denied'));
  };
  return (
    <>
      <button type="button" data-copy-code onClick={copy}>
        <Copy />
        {bubble?.copy_button ?? t('sim.copy_code')}
      </button>
      {(bubble?.not_requested_button ?? null) !== null && (
        <button type="button" data-not-requested onClick={deny}>
          {bubble?.not_requested_button}
        </button>
      )}
    </>
  );
}
