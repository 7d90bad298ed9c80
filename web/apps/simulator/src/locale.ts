/** The page's own texts. Bubbles are in the language of their template, whatever the page's is. */

import ar from '../locales/ar.json';
import en from '../locales/en.json';
import es from '../locales/es.json';
import fr from '../locales/fr.json';
import hi from '../locales/hi.json';
import id from '../locales/id.json';
import ptBR from '../locales/pt-BR.json';

export type Key = keyof typeof en;
type Texts = Record<Key, string>;
export type Language = 'en' | 'es' | 'pt-BR' | 'hi' | 'ar' | 'id' | 'fr';

const TEXTS: Record<Language, Texts> = { en, es, 'pt-BR': ptBR, hi, ar, id, fr };

export const LANGUAGES: readonly { code: Language; name: string }[] = [
  { code: 'en', name: 'English' },
  { code: 'es', name: 'Español' },
  { code: 'pt-BR', name: 'Português' },
  { code: 'hi', name: 'हिन्दी' },
  { code: 'ar', name: 'العربية' },
  { code: 'id', name: 'Indonesia' },
  { code: 'fr', name: 'Français' },
];

const isLanguage = (code: string): code is Language => Object.hasOwn(TEXTS, code);

/** The first wish that there are texts for: exactly, or in its language. */
export function pickLanguage(wishes: readonly (string | null)[]): Language {
  for (const wish of wishes) {
    if (wish === null) continue;
    if (isLanguage(wish)) return wish;
    const base = wish.split('-')[0] ?? '';
    if (base === 'pt') return 'pt-BR';
    if (isLanguage(base)) return base;
  }
  return 'en';
}

export const direction = (language: string) => (/^(ar|he|fa|ur)\b/.test(language) ? 'rtl' : 'ltr');

export type Translate = (key: Key, values?: Record<string, string | number>) => string;

export function translator(language: Language): Translate {
  const texts = TEXTS[language];
  return (key, values = {}) =>
    texts[key].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
