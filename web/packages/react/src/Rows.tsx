// Other ways to go on: rows with one button each.
import type { Method } from '@countersign/core';
import { Bubble, Chevron, Key, Pencil } from './icons.tsx';
import type { Sheet } from './sheet.ts';
import { flag, When } from './template.tsx';

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

/** Begins with a message, in the form of the number: whoever sends it need not type one. */
export function MessageRow({ sheet }: { sheet: Sheet }) {
  const { state, t, actions, busy } = sheet;
  return (
    <When is={state.canMessage}>
      <div className="alt">
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
      </div>
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
