// What people type and paste, as digits.

/** The first digit of each block of ten that keyboards write: Arabic, Persian, Devanagari, … */
const ZEROS = [
  0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6, 0xe50,
  0xed0, 0xf20, 0x1040, 0x17e0, 0x1810, 0xff10,
];

/** A text with the digits of every script written as 0 to 9. */
export function westernDigits(text: string): string {
  return text.replace(/[^\0-\u007f]/g, (letter) => {
    const point = letter.charCodeAt(0);
    const zero = ZEROS.find((first) => point >= first && point < first + 10);
    return zero === undefined ? letter : String(point - zero);
  });
}

/**
 * The code in what was typed or pasted: `123-456`, `123 456`, or a whole message around it. Of
 * several numbers the one with the code's length is meant, not the minutes that it lives.
 */
export function codeIn(text: string, length: number): string {
  const western = westernDigits(text).replace(/[\u200e\u200f\u2066-\u2069]/g, '');
  const groups = western.match(/\d+(?:[ \u00a0\u202f-]\d+)*/g) || [];
  const codes = groups.map((group) => group.replace(/\D/g, ''));
  const whole = codes.find((code) => code.length === length);
  return whole || codes.join('').slice(0, length);
}
