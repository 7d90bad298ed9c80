// Texts of one language: values in braces, and the plural forms of CLDR. Nothing else.
import type { Messages } from './page.ts';

export type Values = { [name: string]: string | number };

/** The text of a key. A key without a text stands for itself. */
export type Translate = (key: string, values?: Values) => string;

export function makeTranslate(language: string, messages: Messages): Translate {
  const rules = new Intl.PluralRules(language);
  return (key, values = {}) => {
    const message = messages[key];
    if (message === undefined) return key;
    const text =
      typeof message === 'string'
        ? message
        : message[rules.select(Number(values.n))] || message.other;
    return (text || key).replace(/\{(\w+)\}/g, (whole, name: string) =>
      name in values ? String(values[name]) : whole,
    );
  };
}
