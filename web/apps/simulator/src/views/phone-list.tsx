/** The phones, with what came last to each. */

import { useId, useState } from 'preact/hooks';
import { usePage, useSnapshot } from '../context.ts';
import { kind } from '../kinds.ts';
import type { Translate } from '../locale.ts';
import { badge, spaced, typedNumber } from '../numbers.ts';
import { unread } from '../store.ts';
import { clock } from '../times.ts';
import type { Phone } from '../wire.ts';
import { Alert, Glass, Plus } from './icons.tsx';

export function PhoneList({ onOpen }: { onOpen: () => void }) {
  const { store, t } = usePage();
  const now = useSnapshot();
  const [isAdding, setIsAdding] = useState(false);
  const found = now.phones.filter((phone) => now.found.includes(phone.number));
  const open = (number: string) => {
    store.open(number);
    onOpen();
  };
  return (
    <nav class="list" aria-label={t('sim.phones')}>
      <div class="tools">
        <label class="srch">
          <Glass />
          <span class="vh">{t('sim.search')}</span>
          <input
            type="search"
            placeholder={t('sim.search_hint')}
            value={now.search}
            onInput={(event) => store.search(event.currentTarget.value)}
          />
        </label>
        <button
          type="button"
          class="ctl"
          aria-expanded={isAdding}
          onClick={() => setIsAdding(!isAdding)}
        >
          <Plus />
          {t('sim.phone')}
        </button>
      </div>
      {isAdding && (
        <NewPhone
          onAdded={(number) => {
            setIsAdding(false);
            open(number);
          }}
        />
      )}
      <ul>
        {found.map((phone) => (
          <Row key={phone.number} phone={phone} onOpen={open} />
        ))}
      </ul>
      {now.hasLoaded && found.length === 0 && (
        <p class="none">{now.search === '' ? t('sim.no_phones') : t('sim.nothing_found')}</p>
      )}
      {now.total > found.length && now.search === '' && (
        <p class="none">{t('sim.more_phones', { n: now.total - found.length })}</p>
      )}
    </nav>
  );
}

export function NewPhone({ onAdded }: { onAdded: (number: string) => void }) {
  const { store, t } = usePage();
  const id = useId();
  const [text, setText] = useState('+');
  const [error, setError] = useState('');
  const submit = async (event: Event) => {
    event.preventDefault();
    const number = typedNumber(text);
    if (number === null) return setError(t('sim.bad_number'));
    if (await store.try((api) => api.addPhone(number))) onAdded(number);
  };
  return (
    <form class="new" onSubmit={submit}>
      <label for={id}>{t('sim.new_number')}</label>
      <div>
        <input
          id={id}
          type="tel"
          dir="ltr"
          autocomplete="off"
          ref={(input) => input?.focus()}
          aria-invalid={error !== ''}
          aria-describedby={`${id}-error`}
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
        <button type="submit" class="ctl main">
          {t('sim.add')}
        </button>
      </div>
      <p id={`${id}-error`} class="error" role="alert">
        {error}
      </p>
    </form>
  );
}

function Row({ phone, onOpen }: { phone: Phone; onOpen: (number: string) => void }) {
  const { t } = usePage();
  const now = useSnapshot();
  const count = unread(phone, now);
  const { last } = phone;
  return (
    <li>
      <button
        type="button"
        class="ph"
        data-number={phone.number}
        aria-current={now.active === phone.number ? 'true' : undefined}
        onClick={() => onOpen(phone.number)}
      >
        <span class="av" aria-hidden="true">
          {badge(phone.country, phone.number)}
        </span>
        <b>
          <bdi dir="ltr">{spaced(phone.number)}</bdi>
        </b>
        {last === null ? <span /> : <time dateTime={last.at}>{clock(last.at)}</time>}
        <span class="said" dir="auto">
          {summary(phone, t)}
        </span>
        <Flag hasError={phone.has_error} count={count} />
      </button>
    </li>
  );
}

function Flag({ hasError, count }: { hasError: boolean; count: number }) {
  const { t } = usePage();
  if (hasError) {
    return (
      <span class="x">
        <Alert />
        <span class="vh">{t('sim.failed')}</span>
      </span>
    );
  }
  if (count === 0) return <span />;
  return (
    <em>
      {count}
      <span class="vh"> {t('sim.unread')}</span>
    </em>
  );
}

function summary({ last }: Phone, t: Translate): string {
  if (last === null) return '';
  if (last.status === 'failed') return `${t('sim.failed')}: ${last.error_code ?? ''}`;
  const { bubble } = last;
  if (bubble) return `${bubble.before}${bubble.code}${bubble.after}`;
  const what = kind(last);
  const name = what === null ? '' : 'key' in what ? t(what.key) : what.word;
  return `${name} ${last.text.replaceAll('*', '')}`.trim();
}
