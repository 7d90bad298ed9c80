/** Phone numbers as people read them. For display only: the simulator is the judge of numbers. */

/** Calling code → sizes of the groups that follow. The last group takes what is left. */
const GROUPS: Record<string, readonly number[]> = {
  '1': [3, 3, 4],
  '27': [2, 3, 4],
  '33': [1, 2, 2, 2, 2],
  '34': [3, 3, 3],
  '44': [4, 6],
  '49': [3, 4, 4],
  '52': [2, 4, 4],
  '54': [1, 2, 4, 4],
  '55': [2, 5, 4],
  '57': [3, 3, 4],
  '62': [3, 4, 4],
  '91': [5, 5],
  '234': [3, 3, 4],
  '966': [2, 3, 4],
  '971': [2, 3, 4],
};
/** Calling codes of two digits; 1 and 7 have one, all others three. */
const TWO_DIGITS = new Set(
  '20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 81 82 84 86 90 91 92 93 94 95 98'.split(
    ' ',
  ),
);

export function callingCode(digits: string): string {
  if (digits.startsWith('1') || digits.startsWith('7')) return digits.slice(0, 1);
  return digits.slice(0, TWO_DIGITS.has(digits.slice(0, 2)) ? 2 : 3);
}

/** `+919876543210` → `+91 98765 43210`. */
export function spaced(number: string): string {
  const digits = number.replace(/\D/g, '');
  const code = callingCode(digits);
  const rest = digits.slice(code.length);
  const sizes = GROUPS[code] ?? [3, 3, 3, 3];
  const groups: string[] = [];
  let at = 0;
  for (const [place, size] of sizes.entries()) {
    const end = place === sizes.length - 1 ? rest.length : at + size;
    if (at < rest.length) groups.push(rest.slice(at, end));
    at = end;
  }
  return [`+${code}`, ...groups].join(' ');
}

/** `+` and digits out of whatever was typed or pasted; `null` when it cannot be a number. */
export function typedNumber(text: string): string | null {
  const trimmed = text.trim();
  if (!/^\+?[\d\s().\-/]+$/.test(trimmed)) return null;
  const digits = trimmed.replace(/\D/g, '').replace(/^00/, '');
  return digits.length >= 7 && digits.length <= 15 ? `+${digits}` : null;
}

/** What stands in the round badge: the country, or the calling code where it is unknown. */
export function badge(country: string, number: string): string {
  return country === 'ZZ' || country === ''
    ? `+${callingCode(number.replace(/\D/g, ''))}`
    : country;
}
