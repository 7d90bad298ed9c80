/** A link to the business was opened: on which phone, until its text is sent. */

import { useState } from 'preact/hooks';
import { usePage, useSnapshot } from '../context.ts';
import { spaced } from '../numbers.ts';
import { Close } from './icons.tsx';
import { NewPhone } from './phone-list.tsx';

const NEW = 'new';

export function LinkBar() {
  const { store, t } = usePage();
  const { active, hasLoaded, link, phones } = useSnapshot();
  const [isAdding, setIsAdding] = useState(false);
  if (link === null || !hasLoaded) return null;
  const choose = (number: string) => {
    setIsAdding(false);
    if (number === active) return;
    store.hand(number, link);
    store.open(number);
  };
  return (
    <section class="link-bar" aria-label={t('sim.link_opened')} data-link>
      <p>
        <b>{t('sim.link_opened')}</b>
        <button
          type="button"
          class="ctl icon"
          aria-label={t('sim.close')}
          onClick={() => store.set({ link: null })}
        >
          <Close />
        </button>
      </p>
      {phones.length > 0 && (
        <label>
          {t('sim.link_phone')}
          <select
            dir={isAdding ? undefined : 'ltr'}
            value={isAdding ? NEW : (active ?? '')}
            onChange={({ currentTarget: { value } }) =>
              value === NEW ? setIsAdding(true) : choose(value)
            }
          >
            {phones.map(({ number }) => (
              <option key={number} value={number} dir="ltr">
                {spaced(number)}
              </option>
            ))}
            <option value={NEW}>{t('sim.link_other')}</option>
          </select>
        </label>
      )}
      {(isAdding || phones.length === 0) && <NewPhone onAdded={choose} />}
    </section>
  );
}
