import { Alert } from '../Alert.tsx';
import { Countdown, clockText } from '../Countdown.tsx';
import { Bubble, Warning } from '../icons.tsx';
import { ChangeRow, SwitchRow } from '../Rows.tsx';
import { noticeText, type Sheet } from '../sheet.ts';
import { Around, When } from '../template.tsx';

/** Waits for a message that is ready to be sent: one button on a phone, a picture on a computer. */
export function MessageStep({ sheet }: { sheet: Sheet }) {
  const { state, t } = sheet;
  return (
    <>
      <h1 tabIndex={-1}>{t('ui.message.heading')}</h1>
      <p className="lead">
        <When is={state.to} otherwise={t('ui.message.open')}>
          <Around text={t('ui.message.bound')} name="to">
            <bdi className="num" dir="ltr">
              {state.to}
            </bdi>
          </Around>
        </When>
      </p>
      <a className="btn green narrow" href={state.link || ''} target="_blank" rel="noopener">
        <Bubble />
        <span>{t('ui.message.link')}</span>
      </a>
      <ol className="wide">
        <li>{t('ui.message.scan')}</li>
        <li>{t('ui.message.ready')}</li>
        <li>{t('ui.message.send')}</li>
      </ol>
      <h2>{t('ui.message.text')}</h2>
      <p className="bub">
        {state.before}
        <code dir="ltr">{state.token}</code>
        {state.after}
      </p>
      <small>{t('ui.message.once')}</small>
      <Waiting sheet={sheet} />
      <section className="alt">
        <SwitchRow sheet={sheet} to="code" />
        <ChangeRow sheet={sheet} />
      </section>
      <Picture sheet={sheet} />
    </>
  );
}

/** What came and did not count stands above; the page waits all the same. */
function Waiting({ sheet }: { sheet: Sheet }) {
  const { state, t, now } = sheet;
  return (
    <>
      <p className="note" role="alert">
        <When is={state.notice}>
          <Warning />
          <span>{noticeText(sheet)}</span>
        </When>
      </p>
      <Alert sheet={sheet} />
      <div className="wait" role="status">
        <b>
          {t('ui.message.waiting')}
          <small>{t('ui.message.itself')}</small>
        </b>
        <Countdown text={clockText(state.expiresAt, now, 'state.expiresAt')} />
      </div>
    </>
  );
}

/** The link for the camera of a phone. Where there is no room for it, it is not even loaded. */
function Picture({ sheet }: { sheet: Sheet }) {
  const { boot, state, t } = sheet;
  return (
    <aside className="side wide">
      <img
        src={`${boot.base}/qr?t=${state.token}`}
        alt={t('ui.message.qr')}
        width="276"
        height="276"
        loading="lazy"
      />
      <b>{t('ui.message.phone')}</b>
      <small>{t('ui.message.camera')}</small>
      <small>
        {t('ui.message.here')}
        <br />
        <a className="lnk" href={state.link || ''} target="_blank" rel="noopener">
          {t('ui.message.open_here')}
        </a>
      </small>
    </aside>
  );
}
