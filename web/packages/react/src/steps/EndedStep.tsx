import { secondsUntil } from '@countersign/core';
import type { ReactNode } from 'react';
import { Alert } from '../Alert.tsx';
import { Countdown, clockText } from '../Countdown.tsx';
import { Clock, Pencil } from '../icons.tsx';
import type { Sheet } from '../sheet.ts';
import { computed, flag, When } from '../template.tsx';

/** It ended without a yes: what happened, and what can be done now. */
export function EndedStep({ sheet }: { sheet: Sheet }) {
  const { boot, state, t, now, actions, busy } = sheet;
  const isWaiting = computed(
    'state.retryAt and state.retryAt > now',
    () => secondsUntil(state.retryAt || 0, now) > 0,
  );
  return (
    <div className="ended">
      <h1 tabIndex={-1}>{t(`ui.${state.step}.heading`)}</h1>
      <p className="lead">
        <Lead sheet={sheet} />
      </p>
      <Alert sheet={sheet} />
      <When
        is={computed('state.canRestart or (state.retryAt and state.canChange)', () =>
          canAsk(sheet),
        )}
      >
        <form
          id="restart"
          method="post"
          action={`${boot.base}/restart`}
          {...(actions ? { onSubmit: actions.send } : {})}
        >
          <input type="hidden" name="once" value={boot.form.once} />
          <button
            type="submit"
            className="btn"
            aria-disabled={flag(isWaiting)}
            aria-busy={flag(busy === 'restart')}
          >
            <span>{t('ui.new_code')}</span>
          </button>
          <When is={isWaiting}>
            <p className="exp">
              <Clock />
              <span>
                {t('ui.wait')} <Countdown text={clockText(state.retryAt, now, 'state.retryAt')} />
              </span>
            </p>
          </When>
        </form>
      </When>
      <When is={state.canChange}>
        <form className="alt" method="post" action={`${boot.base}/edit`}>
          <button type="submit">
            <Pencil />
            <span>{t('ui.change')}</span>
          </button>
        </form>
      </When>
      <When is={state.redirect}>
        <a className="lnk" href={state.redirect || ''}>
          {t('ui.back', { name: boot.brand.name })}
        </a>
      </When>
    </div>
  );
}

function Lead({ sheet }: { sheet: Sheet }): ReactNode {
  const { boot, state, t } = sheet;
  const lead = t(`ui.${state.step}.lead`);
  if (state.step === 'undeliverable') {
    return (
      <When is={state.canChange} otherwise={t('ui.undeliverable.fixed')}>
        {lead}
      </When>
    );
  }
  if (state.step === 'gone') {
    // Whose page it is, only those are told who may see it.
    return (
      <When is={boot.brand.name} otherwise={lead}>
        {t('ui.gone.over')}
      </When>
    );
  }
  return lead;
}

// While a limit lasts nothing can be restarted yet, but it will be.
function canAsk({ state }: Sheet): boolean {
  return state.canRestart || (state.retryAt !== null && state.canChange);
}
