import { Alert } from '../Alert.tsx';
import { Chevron, Way } from '../icons.tsx';
import { LanguageButton } from '../Layout.tsx';
import { MessageRow, OtherRow } from '../Rows.tsx';
import { byChannel, isSms, type Sheet } from '../sheet.ts';
import { chosen, computed, Each, either, flag, isPrinting, When } from '../template.tsx';

/** Asks for the number; where the tenant gave it, asks only whether to send. */
export function PhoneStep({ sheet, hasList }: { sheet: Sheet; hasList: unknown }) {
  const { boot, state, t, actions, busy } = sheet;
  const hasOther = isPrinting
    ? computed('state.otherChannel or state.canMessage')
    : state.otherChannel || state.canMessage;
  return (
    <form
      id="send"
      method="post"
      action={`${boot.base}/send`}
      noValidate={true}
      {...(actions ? { onSubmit: actions.send } : {})}
    >
      <input type="hidden" name="once" value={boot.form.once} />
      <When is={hasList} otherwise={<FixedNumber sheet={sheet} />}>
        <h1 tabIndex={-1}>{t('ui.phone.heading')}</h1>
        <p className="lead">{byChannel(sheet, 'ui.phone.lead', 'ui.sms.phone')}</p>
        <NumberFields sheet={sheet} />
      </When>
      <Alert sheet={sheet} />
      <button
        type="submit"
        className={either(isSms(sheet), 'btn', 'btn green')}
        aria-busy={flag(busy === 'send')}
      >
        <Way isSms={isSms(sheet)} />
        <span>{byChannel(sheet, 'ui.phone.send', 'ui.sms.send')}</span>
      </button>
      <When is={hasOther}>
        <div className="alt">
          <OtherRow sheet={sheet} />
          <MessageRow sheet={sheet} />
        </div>
      </When>
      <LanguageButton sheet={sheet} />
    </form>
  );
}

function FixedNumber({ sheet }: { sheet: Sheet }) {
  const { state, t } = sheet;
  return (
    <>
      <h1 tabIndex={-1}>{t('ui.fixed.heading')}</h1>
      <p className="lead">{byChannel(sheet, 'ui.fixed.lead', 'ui.sms.phone')}</p>
      <p className="to">
        <bdi className="num" dir="ltr">
          {state.to}
        </bdi>
      </p>
    </>
  );
}

function NumberFields({ sheet }: { sheet: Sheet }) {
  const { boot, state, countries, actions, t } = sheet;
  return (
    <>
      <label htmlFor="country">{t('ui.phone.country')}</label>
      <span className="sel">
        <select id="country" name="country" autoComplete="country">
          <Each of={countries} as="country" fields={['iso', 'name', 'code', 'selected']}>
            {(country) => (
              <option key={country.iso} value={country.iso} {...chosen(country.selected)}>
                {`${country.name} \u200e+${country.code}`}
              </option>
            )}
          </Each>
        </select>
        <Chevron />
      </span>
      <label htmlFor="phone">{t('ui.phone.number')}</label>
      <input
        id="phone"
        name="phone"
        className="field num"
        type="tel"
        inputMode="tel"
        autoComplete="tel-national"
        dir="ltr"
        required={true}
        aria-invalid={flag(state.error)}
        aria-describedby="e"
        defaultValue={boot.form.phone}
        {...(actions ? { onInput: (event) => actions.dial(event.currentTarget) } : {})}
      />
    </>
  );
}
