/** WhatsApp or SMS: which of a phone's threads is on its screen. */

import { usePage, useSnapshot } from '../context.ts';
import { CHANNELS, inThread, unseen } from '../threads.ts';
import type { Channel, Message } from '../wire.ts';
import { Tabs } from './tabs.tsx';

interface Props {
  number: string;
  messages: readonly Message[];
  shown: Channel;
}

export const threadId = (number: string) => `thread-${number.replace(/\D/g, '')}`;

export function ThreadTabs({ number, messages, shown }: Props) {
  const { store, t } = usePage();
  const { looked } = useSnapshot();
  const id = threadId(number);
  return (
    <Tabs
      id={id}
      class="threads"
      names={CHANNELS}
      chosen={shown}
      label={t('sim.threads')}
      panel={`${id}-panel`}
      onChoose={(channel) => store.chooseThread(number, channel)}
      title={(channel) => (
        <>
          {t(`sim.thread_${channel}`)}
          {channel !== shown && (
            <Badge
              count={unseen(inThread(messages, channel), looked.get(`${number} ${channel}`))}
            />
          )}
        </>
      )}
    />
  );
}

function Badge({ count }: { count: number }) {
  const { t } = usePage();
  if (count === 0) return null;
  return (
    <em data-unseen>
      {count}
      <span class="vh"> {t('sim.unread')}</span>
    </em>
  );
}
