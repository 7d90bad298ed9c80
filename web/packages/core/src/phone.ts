// What happens to the country while a number is typed. The server parses and decides.
import { westernDigits } from './digits.ts';
import type { Country } from './page.ts';

export interface Typed {
  iso: string;
  national: string;
}

/**
 * The country and national part of what is typed, where it begins with `+` or `00` and the calling
 * code is whole. Of several countries with one code (+1, +7) the chosen one stays; else the first
 * in `main` is taken. `null` for everything else.
 */
export function splitTyped(text: string, chosen: string, countries: Country[]): Typed | null {
  const digits = westernDigits(text).replace(/[^\d+]/g, '');
  const international = digits.replace(/^(?:\+|00)/, '');
  if (international === digits) return null;
  const matching = countries.filter((country) => international.startsWith(country.code));
  const longest = Math.max(0, ...matching.map((country) => country.code.length));
  const candidates = matching.filter((country) => country.code.length === longest);
  const first = candidates.find((country) => MAIN.indexOf(country.iso) >= 0) || candidates[0];
  if (!first) return null;
  const kept = candidates.find((country) => country.iso === chosen);
  return { iso: (kept || first).iso, national: international.slice(longest) };
}

/** Which of the countries that share a calling code is meant when nothing else is known. */
const MAIN = ['US', 'RU', 'GB', 'IT', 'NO', 'FI', 'MA', 'AU', 'GP', 'RE', 'SH', 'CW'];
