/** What happens behind the phone's screen. */

import { useState } from 'preact/hooks';
import { usePage, useSnapshot } from '../context.ts';
import { spaced } from '../numbers.ts';
import { MessagePanel } from './message-panel.tsx';
import { Scenarios } from './scenarios.tsx';
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
        <Tabs chosen={tab} onChoose={setTab} />
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

function Tabs({ chosen, onChoose }: { chosen: Tab; onChoose: (tab: Tab) => void }) {
  const { t } = usePage();
  const move = (event: KeyboardEvent) => {
    const isBack = event.key === 'ArrowLeft';
    if (!isBack && event.key !== 'ArrowRight') return;
    const isRtl = document.documentElement.dir === 'rtl';
    const step = isBack === isRtl ? 1 : -1;
    const next = TABS[(TABS.indexOf(chosen) + step + TABS.length) % TABS.length] ?? chosen;
    onChoose(next);
    document.getElementById(`tab-${next}`)?.focus();
  };
  return (
    <div class="seg" role="tablist" aria-label={t('sim.inspector')}>
      {TABS.map((tab) => (
        <button
          type="button"
          key={tab}
          id={`tab-${tab}`}
          role="tab"
          aria-selected={tab === chosen}
          aria-controls="panel"
          tabIndex={tab === chosen ? 0 : -1}
          onClick={() => onChoose(tab)}
          onKeyDown={move}
        >
          {t(`sim.tab_${tab}`)}
        </button>
      ))}
    </div>
  );
}
