import { secondsUntil } from '@countersign/core';
import { Alert } from '../Alert.tsx';
import { Countdown, clockText } from '../Countdown.tsx';
import { Again, Clipboard, Clock, Shield, Way } from '../icons.tsx';
import { OtpInput } from '../OtpInput.tsx';
import { OtherRow, SwitchRow } from '../Rows.tsx';
import { byChannel, isSms, type Sheet } from '../sheet.ts';
import { computed, either, flag, isPrinting, When } from '../template.tsx';

/** Takes the code that we sent, or the one that we answered a message with. */
export function CodeStep({ sheet }: { sheet: Sheet }) {
  const { boot, state, t } = sheet;
  const isAnswer = state.step === 'confirm';
  return (
    <>
      <h1 tabIndex={-1}>{t(`ui.${state.step}.heading`, { n: state.digits })}</h1>
      <FellBack sheet={sheet} />
      <p className="lead">
        {isAnswer ? t('ui.confirm.lead') : byChannel(sheet, 'ui.code.lead', 'ui.sms.sent')}
      </p>
      <div className="to">
        <bdi className="num" dir="ltr">
          {state.to}
        </bdi>
        <When is={state.canChange}>
          <form method="post" action={`${boot.base}/edit`}>
            <button type="submit" className="lnk">
              {t('ui.change')}
            </button>
          </form>
        </When>
      </div>
      <CodeForm sheet={sheet} />
      {isAnswer ? null : <Peek sheet={sheet} />}
      <section className="alt">
        <h2>{t('ui.missing')}</h2>
        <When is={sheet.isSentAgain}>
          <p className="lead">{t('ui.sent_again')}</p>
        </When>
        <ResendForm sheet={sheet} />
        {isAnswer ? null : <SwitchRow sheet={sheet} to="message" />}
      </section>
      <p className="never">
        <Shield />
        <span>{t(isAnswer ? 'ui.confirm.never' : 'ui.never', { name: boot.brand.name })}</span>
      </p>
    </>
  );
}

/** Why the code is not where it was to be. What is put into it later is read aloud. */
function FellBack({ sheet }: { sheet: Sheet }) {
  const { state, t } = sheet;
  return (
    <When is={state.otherChannel}>
      <div role="status">
        <When is={state.fellBack}>
          <p className="offline">{t(state.fellBack || '')}</p>
        </When>
      </div>
    </When>
  );
}

/** What to look for on the phone, and where. */
function Peek({ sheet }: { sheet: Sheet }) {
  const { boot, t } = sheet;
  const dots = '••••••';
  const { name } = boot.brand;
  const hasHint = isPrinting ? computed('state.channel != "sms"') : !isSms(sheet);
  return (
    <>
      <p className="peek">
        <span className="av">
          <Way isSms={isSms(sheet)} />
        </span>
        <span>
          <b>{either(isSms(sheet), 'SMS', name)}</b>
          <br />
          {either(isSms(sheet), t('ui.sms.peek', { dots, name }), t('ui.peek', { dots }))}
        </span>
      </p>
      <When is={hasHint}>
        <small className="hint">{t('ui.desktop')}</small>
      </When>
    </>
  );
}

function CodeForm({ sheet }: { sheet: Sheet }) {
  const { boot, state, t, actions, now, busy } = sheet;
  const left = clockText(state.expiresAt, now, 'state.expiresAt');
  return (
    <form
      id="check"
      method="post"
      action={`${boot.base}/check`}
      noValidate={true}
      {...(actions ? { onSubmit: actions.send } : {})}
    >
      <label htmlFor="code">{t('ui.code.label')}</label>
      <OtpInput
        id="code"
        name="code"
        length={state.digits}
        value={sheet.code}
        hasError={state.error}
        isBusy={busy === 'check'}
        describedBy="e"
        {...(actions ? { onType: actions.type } : {})}
      />
      <Alert sheet={sheet} />
      <div className="under">
        {actions?.paste ? (
          <button type="button" className="chip" onClick={actions.paste}>
            <Clipboard />
            <span>{t('ui.paste')}</span>
          </button>
        ) : null}
        <span className="exp">
          <Clock />
          <span>
            {t('ui.expires')} <Countdown text={left} />
          </span>
        </span>
      </div>
      <button type="submit" className="btn" aria-busy={flag(busy === 'check' && sheet.isSlow)}>
        <span>{t('ui.verify')}</span>
      </button>
    </form>
  );
}

/** Another message with the same code, once the wait is over. */
export function ResendForm({ sheet }: { sheet: Sheet }) {
  const { boot, state, t, now, actions } = sheet;
  const isWaiting = isPrinting
    ? computed('state.resendAt > now')
    : secondsUntil(state.resendAt || 0, now) > 0;
  const wait = clockText(state.resendAt, now, 'state.resendAt');
  return (
    <form
      id="resend"
      method="post"
      action={`${boot.base}/resend`}
      {...(actions ? { onSubmit: actions.send } : {})}
    >
      <button type="submit" aria-disabled={flag(isWaiting)}>
        <Again />
        <span>{t('ui.resend')}</span>
        <When is={isWaiting}>
          <bdi className="num" dir="ltr">
            {wait}
          </bdi>
        </When>
      </button>
      <OtherRow sheet={sheet} isWaiting={isWaiting} />
    </form>
  );
}
