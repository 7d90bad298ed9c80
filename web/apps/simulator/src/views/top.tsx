/** The line that is always there. */

import { usePage, useSnapshot } from '../context.ts';
import { LANGUAGES, type Language, pickLanguage } from '../locale.ts';
import { notifications } from '../notify.ts';
import type { Theme } from '../preferences.ts';
import { Bell, Bin, Mark, Moon, Shield, Sun } from './icons.tsx';

interface Props {
  theme: Theme;
  onTheme: (theme: Theme) => void;
  onLanguage: (language: Language) => void;
}

export function Top({ theme, onTheme, onLanguage }: Props) {
  const { store, say, language, t } = usePage();
  const ask = async () => {
    const isAllowed = await notifications.ask();
    say(isAllowed ? t('sim.notify_on') : t('sim.notify_blocked'));
  };
  const clear = async () => {
    if (!confirm(t('sim.clear_sure'))) return;
    if (await store.try((api) => api.reset())) say(t('sim.cleared'));
  };
  return (
    <header class="top">
      <span class="nm">
        <Mark />
        <h1>{t('sim.simulator')}</h1>
      </span>
      <Safe />
      <Connection />
      <div class="r">
        <span class="where">
          {t('sim.stand_in')} <bdi class="mono">{location.origin}/v26.0</bdi>
        </span>
        <button type="button" class="ctl icon" aria-label={t('sim.notify')} onClick={ask}>
          <Bell />
        </button>
        <button
          type="button"
          class="ctl icon"
          aria-label={theme === 'dark' ? t('sim.light') : t('sim.dark')}
          onClick={() => onTheme(theme === 'dark' ? 'light' : 'dark')}
        >
          {theme === 'dark' ? <Sun /> : <Moon />}
        </button>
        <label class="ctl pick-language">
          <span class="vh">{t('sim.language')}</span>
          <select
            value={language}
            onChange={(event) => onLanguage(pickLanguage([event.currentTarget.value]))}
          >
            {LANGUAGES.map(({ code, name }) => (
              <option key={code} value={code} lang={code}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <button type="button" class="ctl" data-clear onClick={clear}>
          <Bin />
          {t('sim.clear_all')}
        </button>
      </div>
    </header>
  );
}

/** Nothing on this page hides it. */
export function Safe() {
  const { t } = usePage();
  return (
    <span class="safe">
      <Shield />
      {t('sim.nothing_leaves')}
    </span>
  );
}

export function Connection() {
  const { t } = usePage();
  const { connection } = useSnapshot();
  return (
    <span role="status" class="conn" data-connection={connection}>
      {connection === 'lost' && t('sim.lost')}
    </span>
  );
}
