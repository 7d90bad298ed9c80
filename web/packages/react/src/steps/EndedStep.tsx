import { secondsUntil } from '@countersign/core';
import type { ReactNode } from 'react';
import { Alert } from '../Alert.tsx';
import { Countdown, clockText } from '../Countdown.tsx';
import { Clock } from '../icons.tsx';
import { ChangeRow, OtherRow, SwitchRow } from '../Rows.tsx';
import { hasFinalNotice, isReverse, noticeText, type Sheet } from '../sheet.ts';
import { computed, flag, isPrinting, When } from '../template.tsx';

/** It ended without a yes: what happened, and what can be done now. */
export function EndedStep({ sheet }: { sheet: Sheet }) {
  const { boot, state, t, now, actions, busy } = sheet;
  const isWaiting = isPrinting
    ? computed('state.retryAt and state.retryAt > now')
    : secondsUntil(state.retryAt || 0, now) > 0;
  return (
    <div className="ended">
      <h1 tabIndex={-1}>
        <Words sheet={sheet} part="heading" />
      </h1>
      <p className="lead">
        <When is={hasFinalNotice(sheet)} otherwise={<Lead sheet={sheet} />}>
          {noticeText(sheet)}
        </When>
      </p>
      <Alert sheet={sheet} />
      <When is={canAsk(sheet)}>
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
            <span>
              <When is={isReverse(sheet)} otherwise={t('ui.new_code')}>
                {t('ui.restart')}
              </When>
            </span>
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
      <Ways sheet={sheet} isWaiting={isWaiting} />
      <When is={state.redirect}>
        <a className="lnk" href={state.redirect || ''}>
          {t('ui.back', { name: boot.brand.name })}
        </a>
      </When>
    </div>
  );
}

/** What else there is to try. */
function Ways({ sheet, isWaiting }: { sheet: Sheet; isWaiting: unknown }) {
  const { state } = sheet;
  const hasWays = isPrinting
    ? computed('state.otherChannel or state.canSwitch or state.canChange')
    : state.otherChannel || state.canSwitch || state.canChange;
  return (
    <When is={hasWays}>
      <div className="alt">
        <OtherRow sheet={sheet} isWaiting={isWaiting} form="restart" />
        <SwitchRow sheet={sheet} to="message" />
        <ChangeRow sheet={sheet} />
      </div>
    </When>
  );
}

/** Where it matters what was to be sent, and by whom, each method has words of its own. */
function Words({ sheet, part }: { sheet: Sheet; part: 'heading' | 'lead' }): ReactNode {
  const { state, t } = sheet;
  const words = t(`ui.${state.step}.${part}`);
  if (!/^(expired|superseded|canceled)$/.test(state.step)) return words;
  return (
    <When is={isReverse(sheet)} otherwise={words}>
      {t(`ui.unsent.${state.step}.${part}`)}
    </When>
  );
}

/** Where nothing can be done here. */
function Leave({ sheet }: { sheet: Sheet }) {
  const { state, t } = sheet;
  const isEnd = isPrinting
    ? computed('not state.otherChannel and not state.canSwitch')
    : !state.otherChannel && !state.canSwitch;
  return <When is={isEnd}>{t('ui.sms.leave')}</When>;
}

function Lead({ sheet }: { sheet: Sheet }): ReactNode {
  const { boot, state, t } = sheet;
  const lead = <Words sheet={sheet} part="lead" />;
  if (state.step === 'undeliverable') {
    const plain = (
      <When is={state.canChange} otherwise={t('ui.undeliverable.fixed')}>
        {lead}
      </When>
    );
    return (
      <When is={state.undelivered} otherwise={plain}>
        {t(state.undelivered || '')}{' '}
        <When is={state.canChange} otherwise={<Leave sheet={sheet} />}>
          {t('ui.sms.check')}
        </When>
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
  if (isPrinting) return computed('state.canRestart or (state.retryAt and state.canChange)');
  return state.canRestart || (state.retryAt !== null && state.canChange);
}
