/** A phone with its chat. */

import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { usePage, useSnapshot } from '../context.ts';
import { spaced } from '../numbers.ts';
import { inspected } from '../store.ts';
import { businessNumber, hasThreads, inThread } from '../threads.ts';
import { clock, isSameDay } from '../times.ts';
import type { Channel, Message } from '../wire.ts';
import { Bubble } from './bubble.tsx';
import { Composer } from './composer.tsx';
import { BusinessLogo } from './icons.tsx';
import { ThreadTabs, threadId } from './thread-tabs.tsx';

export function PhoneView({ number }: { number: string }) {
  const { store, t } = usePage();
  const now = useSnapshot();
  const all = now.chats.get(number);
  const phone = store.phone(number);
  const channel = store.thread(number);
  const messages = all && inThread(all, channel);
  const isSms = channel === 'sms';
  const isChoice = hasThreads(all ?? [], now.settings);
  const business = businessNumber(messages ?? [], channel, now.settings);
  return (
    <div
      class="dev"
      data-phone={number}
      onFocusCapture={() => store.activate(number)}
      onPointerDown={() => store.activate(number)}
    >
      <div class={isSms ? 'scr sms' : 'scr'} data-thread={channel}>
        <StatusBar isOffline={phone?.behaviour.offline ?? false} />
        <div class="ch">
          <BusinessLogo />
          <div>
            <b dir="ltr">{spaced(business ?? '+15550100200')}</b>
            <small>{t(isSms ? 'sim.business_sms' : 'sim.business')}</small>
          </div>
        </div>
        {isChoice && <ThreadTabs number={number} messages={all ?? []} shown={channel} />}
        {isChoice ? (
          <div
            class="thread"
            role="tabpanel"
            id={`${threadId(number)}-panel`}
            aria-labelledby={`${threadId(number)}-${channel}`}
          >
            <Thread number={number} messages={messages} channel={channel} />
          </div>
        ) : (
          <Thread number={number} messages={messages} channel={channel} />
        )}
      </div>
    </div>
  );
}

interface ThreadProps {
  number: string;
  messages: readonly Message[] | undefined;
  channel: Channel;
}

function Thread({ number, messages, channel }: ThreadProps) {
  const { store, t } = usePage();
  const { chosen, drafted, link, settings } = useSnapshot();
  const business = businessNumber(messages ?? [], channel, settings);
  // A link names the business's usual number.
  const isOther = channel === 'whatsapp' && link === null && business !== settings?.business_phone;
  const isStopped = channel === 'sms' && store.phone(number)?.sms_stopped === true;
  return (
    <>
      <Chat number={number} messages={messages} chosen={chosen.get(number)} />
      {isStopped && <p class="stop">{t('sim.sms_stopped')}</p>}
      <Composer
        key={`${number} ${channel} ${drafted.get(number) ?? 0}`}
        number={number}
        channel={channel}
        to={isOther ? business : undefined}
      />
    </>
  );
}

function StatusBar({ isOffline }: { isOffline: boolean }) {
  const { t } = usePage();
  const [time, setTime] = useState(() => clock(new Date().toISOString()));
  useEffect(() => {
    const timer = setInterval(() => setTime(clock(new Date().toISOString())), 5000);
    return () => clearInterval(timer);
  }, []);
  return (
    <div class="st">
      <span aria-hidden="true">{time}</span>
      <span class="cam" aria-hidden="true" />
      {isOffline ? (
        <span class="off">{t('sim.offline')}</span>
      ) : (
        <span class="bt" aria-hidden="true" />
      )}
    </div>
  );
}

interface ChatProps {
  number: string;
  messages: readonly Message[] | undefined;
  chosen: string | undefined;
}

function Chat({ number, messages, chosen }: ChatProps) {
  const { t } = usePage();
  const log = useRef<HTMLDivElement>(null);
  const newest = messages?.at(-1)?.id;
  useLayoutEffect(() => {
    if (log.current) log.current.scrollTop = log.current.scrollHeight;
  }, [newest, number]);
  const marked = inspected(messages ?? [], chosen)?.id;
  return (
    <div
      ref={log}
      class="msgs"
      role="log"
      aria-label={t('sim.conversation', { number: spaced(number) })}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keyboard
      tabIndex={0}
    >
      {messages?.length === 0 && <p class="none">{t('sim.no_messages')}</p>}
      {messages?.map((message, place) => (
        <Row
          key={message.id}
          number={number}
          message={message}
          before={messages[place - 1]}
          isChosen={message.id === marked}
        />
      ))}
    </div>
  );
}

interface RowProps {
  number: string;
  message: Message;
  before: Message | undefined;
  isChosen: boolean;
}

function Row({ number, message, before, isChosen }: RowProps) {
  const { language, t } = usePage();
  const isNewDay = before === undefined || !isSameDay(before.at, message.at);
  const day = isSameDay(message.at, new Date())
    ? t('sim.today')
    : new Date(message.at).toLocaleDateString(language, { day: 'numeric', month: 'long' });
  return (
    <>
      {isNewDay && <span class="day">{day}</span>}
      <Bubble number={number} message={message} isChosen={isChosen} />
    </>
  );
}
