/** The phones that are open, side by side. */

import { usePage, useSnapshot } from '../context.ts';
import { spaced } from '../numbers.ts';
import { MOST_BESIDE } from '../store.ts';
import { Close, Plus } from './icons.tsx';
import { LinkBar } from './link-bar.tsx';
import { PhoneView } from './phone.tsx';

export function Stage() {
  const { store, t } = usePage();
  const now = useSnapshot();
  const others = now.phones.filter((phone) => !now.open.includes(phone.number));
  const isFull = now.open.length >= MOST_BESIDE;
  return (
    <section class="stage" aria-label={t('sim.open_phones')}>
      <LinkBar />
      <div class="bench">
        {now.open.map((number) => (
          <Seat key={number} number={number} />
        ))}
        {now.open.length === 0 && now.link === null && <p class="none">{t('sim.choose_phone')}</p>}
      </div>
      {now.open.length > 0 && others.length > 0 && !isFull && (
        <label class="ctl beside">
          <Plus />
          {t('sim.beside')}
          <select
            value=""
            aria-label={t('sim.beside_which')}
            onChange={(event) => {
              store.openBeside(event.currentTarget.value);
              event.currentTarget.value = '';
            }}
          >
            <option value="" />
            {others.map((phone) => (
              <option key={phone.number} value={phone.number}>
                {spaced(phone.number)}
              </option>
            ))}
          </select>
        </label>
      )}
    </section>
  );
}

function Seat({ number }: { number: string }) {
  const { store, t } = usePage();
  const { open, active } = useSnapshot();
  const isOneOfMany = open.length > 1;
  return (
    <section
      class={`seat${isOneOfMany && active === number ? ' active' : ''}`}
      aria-label={t('sim.phone_of', { number: spaced(number) })}
    >
      {isOneOfMany && (
        <div class="owner">
          <bdi dir="ltr">{spaced(number)}</bdi>
          <button
            type="button"
            class="ctl icon"
            aria-label={t('sim.close_phone', { number: spaced(number) })}
            onClick={() => store.close(number)}
          >
            <Close />
          </button>
        </div>
      )}
      <PhoneView number={number} />
    </section>
  );
}
