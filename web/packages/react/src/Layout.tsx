import type { ReactNode } from 'react';
import { Chevron, Mark } from './icons.tsx';
import type { Sheet } from './sheet.ts';
import { chosen, computed, Each, isPrinting, When } from './template.tsx';

/** The tenant's page: its name above, what matters in the middle, who vouches for it below. */
export function Layout({ sheet, children }: { sheet: Sheet; children: ReactNode }) {
  const { boot, state, t } = sheet;
  const { brand } = boot;
  return (
    <main className="page" data-step={state.step}>
      <header className="top">
        <When is={brand.logo} otherwise={<Tile name={brand.name} />}>
          <img className="logo" src={brand.logo || ''} alt="" width="36" height="36" />
        </When>
        <b>{brand.name}</b>
        <When is={brand.name}>
          <Languages sheet={sheet} />
        </When>
      </header>
      <div role="status">
        <When is={sheet.isOffline}>
          <p className="offline">{t('ui.offline')}</p>
        </When>
        <When is={state.testCode}>
          <p className="offline">{t('ui.test.code', { code: state.testCode as string })}</p>
        </When>
      </div>
      {children}
      <footer className="foot">
        <When is={brand.credit}>
          <Mark />
          <span>
            {t('ui.credit')} <b>Countersign</b>
          </span>
        </When>
        <span className="links">
          <When is={brand.help}>
            <a href={brand.help || ''}>{t('ui.help')}</a>
          </When>
          <When is={brand.privacy}>
            <a href={brand.privacy || ''}>{t('ui.privacy')}</a>
          </When>
        </span>
      </footer>
      <p className="vh" role="status">
        {sheet.spoken}
      </p>
    </main>
  );
}

/** Stands for a logo: the first letter of the name, on the tenant's colour. */
function Tile({ name }: { name: string }) {
  return (
    <When is={name}>
      <span className="logo tile" aria-hidden={true}>
        {isPrinting ? computed<string>('brand.name | first') : Array.from(name)[0]}
      </span>
    </When>
  );
}

/**
 * On the phone step the choice belongs to the form of the number, so that what is typed comes
 * along; its button stands behind that form's own, which Enter presses.
 */
function Languages({ sheet }: { sheet: Sheet }) {
  const { boot, state, actions, t } = sheet;
  const isOfPhone = state.step === 'phone';
  const choice = (
    <span className="lang">
      <select
        name="lang"
        aria-label={t('ui.language')}
        autoComplete="off"
        {...(isOfPhone ? { form: 'send' } : {})}
        {...(actions ? { onChange: (event) => actions.chooseLanguage(event.currentTarget) } : {})}
      >
        <Each of={boot.languages} as="language" fields={['code', 'name', 'selected']}>
          {(language) => (
            <option
              key={language.code}
              value={language.code}
              lang={language.code}
              {...chosen(language.selected)}
            >
              {language.name}
            </option>
          )}
        </Each>
      </select>
      <Chevron />
    </span>
  );
  if (isOfPhone) return choice;
  return (
    <form className="langs" method="post" action={`${boot.base}/lang`}>
      {choice}
      <LanguageButton sheet={sheet} />
    </form>
  );
}

/** For browsers without scripts: the others send the form as soon as a language is chosen. */
export function LanguageButton({ sheet }: { sheet: Sheet }) {
  return (
    <noscript>
      <button
        type="submit"
        className="lnk"
        formAction={`${sheet.boot.base}/lang`}
        formNoValidate={true}
      >
        {sheet.t('ui.language_apply')}
      </button>
    </noscript>
  );
}
