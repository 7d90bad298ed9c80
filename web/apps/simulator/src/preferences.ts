/** What the page remembers of its reader, and what its address asks for. */

import { type Language, pickLanguage } from './locale.ts';
import { typedNumber } from './numbers.ts';

export type Theme = 'light' | 'dark';

export interface Asked {
  /** Only this phone is shown. */
  phone: string | null;
  isEmbedded: boolean;
  /** A link to the business leads here: a person may choose which phone opens it. */
  isLink: boolean;
  /** A text that is ready to be sent, as in a wa.me link. */
  draft: string;
  language: Language;
  theme: Theme;
}

const KEYS = { theme: 'cs-sim-theme', language: 'cs-sim-language' } as const;

export function asked(
  query: string,
  isDark: boolean,
  languages: readonly string[],
  path = '/',
): Asked {
  const values = new URLSearchParams(query);
  // A plus sign that nobody escaped is read as a space.
  const phone = values.get('phone');
  const theme = values.get('theme') ?? recall('theme');
  return {
    phone: phone === null ? null : typedNumber(phone),
    isEmbedded: values.has('embed'),
    isLink: path.startsWith('/wa.me/'),
    draft: values.get('text') ?? '',
    language: pickLanguage([values.get('lang'), recall('language'), ...languages]),
    theme: theme === 'dark' || theme === 'light' ? theme : isDark ? 'dark' : 'light',
  };
}

export function remember(name: keyof typeof KEYS, value: string) {
  try {
    localStorage.setItem(KEYS[name], value);
  } catch {
    // Storage is switched off: the choice lasts as long as the page.
  }
}

function recall(name: keyof typeof KEYS): string | null {
  try {
    return localStorage.getItem(KEYS[name]);
  } catch {
    return null;
  }
}
