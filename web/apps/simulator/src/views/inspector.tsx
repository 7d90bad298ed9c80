/** What happens behind the phone's screen. */

import { useState } from 'preact/hooks';
import { usePage, useSnapshot } from '../context.ts';
import { spaced } from '../numbers.ts';
import { MessagePanel } from './message-panel.tsx';
import { Scenarios } from './scenarios.tsx';
import { Tabs } from './tabs.tsx';
import { Traffic } from './traffic.tsx';

const TABS = ['message', 'traffic', 'scenarios'] as const;
type Tab = (typeof TABS)[number];

export function Inspector() {
  const { store, t } = usePage();
  const { active } = useSnapshot();
  const [tab, setTab] = useState<Tab>('message');
  const phone = store.phone(active);
  return (
    <section class="insp" aria-label={t('sim.inspector')}>
      <div class="hd">
        <h2>{title(tab, phone?.number)}</h2>
        <Tabs
          id="tab"
          class="seg"
          names={TABS}
          chosen={tab}
          label={t('sim.inspector')}
          panel="panel"
          title={(name) => t(`sim.tab_${name}`)}
          onChoose={setTab}
        />
      </div>
      <div role="tabpanel" id="panel" aria-labelledby={`tab-${tab}`}>
        {tab === 'message' && phone && <MessagePanel phone={phone} />}
        {tab === 'message' && !phone && <p class="none">{t('sim.choose_phone')}</p>}
        {tab === 'traffic' && <Traffic />}
        {tab === 'scenarios' && <Scenarios />}
      </div>
    </section>
  );

  function title(shown: Tab, number: string | undefined) {
    if (shown !== 'message') return t(`sim.tab_${shown}`);
    return number === undefined ? t('sim.tab_message') : <bdi dir="ltr">{spaced(number)}</bdi>;
  }
}
