import { Check } from '../icons.tsx';
import type { Sheet } from '../sheet.ts';
import { When } from '../template.tsx';

/** It is proved. The way back is a plain link; scripts take it by themselves. */
export function DoneStep({ sheet }: { sheet: Sheet }) {
  const { boot, state, t } = sheet;
  const name = boot.brand.name;
  return (
    <div className="end">
      <Check />
      <h1 tabIndex={-1}>{t('ui.done.heading')}</h1>
      <p className="lead">
        <bdi className="num" dir="ltr">
          {state.to}
        </bdi>{' '}
        <span>{t('ui.done.lead')}</span>
      </p>
      <When is={state.redirect} otherwise={<p className="lead">{t('ui.done.close')}</p>}>
        <p className="lead">{t('ui.done.returning', { name })}</p>
        <a className="btn" href={state.redirect || ''}>
          {t('ui.back', { name })}
        </a>
      </When>
    </div>
  );
}
