import { Alert } from '../Alert.tsx';
import { Bubble, Chevron } from '../icons.tsx';
import { LanguageButton } from '../Layout.tsx';
import { MessageRow } from '../Rows.tsx';
import type { Sheet } from '../sheet.ts';
import { chosen, Each, flag, When } from '../template.tsx';

/** Asks for the number; where the tenant gave it, asks only whether to send. */
export function PhoneStep({ sheet, hasList }: { sheet: Sheet; hasList: unknown }) {
  const { boot, t, actions, busy } = sheet;
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
        <p className="lead">{t('ui.phone.lead')}</p>
        <NumberFields sheet={sheet} />
      </When>
      <Alert sheet={sheet} />
      <button type="submit" className="btn green" aria-busy={flag(busy === 'send')}>
        <Bubble />
        <span>{t('ui.phone.send')}</span>
      </button>
      <MessageRow sheet={sheet} />
      <LanguageButton sheet={sheet} />
    </form>
  );
}

function FixedNumber({ sheet }: { sheet: Sheet }) {
  const { state, t } = sheet;
  return (
    <>
      <h1 tabIndex={-1}>{t('ui.fixed.heading')}</h1>
      <p className="lead">{t('ui.fixed.lead')}</p>
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
