// Other ways to go on: rows with one button each.
import type { Method } from '@countersign/core';
import { Bubble, Chevron, Key, Pencil, Way } from './icons.tsx';
import type { Sheet } from './sheet.ts';
import { computed, flag, isPrinting, When } from './template.tsx';

/** Goes on with the other method, where that is possible. */
export function SwitchRow({ sheet, to }: { sheet: Sheet; to: Method }) {
  const { boot, state, t, actions, busy } = sheet;
  return (
    <When is={state.canSwitch}>
      <form
        id="switch"
        method="post"
        action={`${boot.base}/switch`}
        {...(actions ? { onSubmit: actions.send } : {})}
      >
        <input type="hidden" name="method" value={to} />
        <button type="submit" aria-busy={flag(busy === 'switch')}>
          {to === 'code' ? <Key /> : <Bubble />}
          <span>{t(`ui.to_${to}`)}</span>
          <Chevron />
        </button>
      </form>
    </When>
  );
}

interface OtherProps {
  sheet: Sheet;
  /** It has to wait as long as the other buttons of its form. */
  isWaiting?: unknown;
  /** The form, where the button stands outside. */
  form?: string;
}

/** Has the code go by the other channel. */
export function OtherRow({ sheet, isWaiting, form }: OtherProps) {
  const { state, t, actions, busy } = sheet;
  const other = state.otherChannel || '';
  const isSms = isPrinting ? computed('state.otherChannel == "sms"') : other === 'sms';
  const key = isPrinting
    ? computed<string>('"ui.sms.instead." ~ state.otherChannel')
    : `ui.sms.instead.${other}`;
  return (
    <When is={state.otherChannel}>
      <button
        type="submit"
        name="channel"
        value={other}
        form={form}
        aria-disabled={flag(isWaiting)}
        aria-busy={flag(busy === other)}
        {...(actions ? { onClick: actions.press } : {})}
      >
        <Way isSms={isSms} />
        <span>{t(key)}</span>
        <Chevron />
      </button>
    </When>
  );
}

/** Begins with a message, in the form of the number: whoever sends it need not type one. */
export function MessageRow({ sheet }: { sheet: Sheet }) {
  const { state, t, actions, busy } = sheet;
  return (
    <When is={state.canMessage}>
      <button
        type="submit"
        name="method"
        value="message"
        aria-busy={flag(busy === 'message')}
        {...(actions ? { onClick: actions.press } : {})}
      >
        <Bubble />
        <span>
          {t('ui.to_message')}
          <small>{t('ui.no_code')}</small>
        </span>
        <Chevron />
      </button>
    </When>
  );
}

/** Goes back to the number. */
export function ChangeRow({ sheet }: { sheet: Sheet }) {
  const { boot, state, t } = sheet;
  return (
    <When is={state.canChange}>
      <form method="post" action={`${boot.base}/edit`}>
        <button type="submit">
          <Pencil />
          <span>{t('ui.change')}</span>
        </button>
      </form>
    </When>
  );
}
