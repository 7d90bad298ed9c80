// Languages that nobody speaks, made from English: what does not change in them was never
// translated, what breaks in them will break in German or in Arabic.

const ACCENTED: { [letter: string]: string } = {
  a: 'å',
  c: 'ç',
  d: 'ð',
  e: 'é',
  i: 'î',
  n: 'ñ',
  o: 'ö',
  s: 'š',
  u: 'û',
  y: 'ý',
  A: 'Å',
  C: 'Ç',
  D: 'Ð',
  E: 'É',
  I: 'Î',
  N: 'Ñ',
  O: 'Ö',
  S: 'Š',
  T: 'Ţ',
  W: 'Ŵ',
};

/** Accented, and two fifths longer. */
export function stretched(text: string): string {
  const accented = text.replace(/\{\w+\}|[A-Za-z]/g, (part) => ACCENTED[part] ?? part);
  const filling = 'one two three four five six seven eight nine ten '.repeat(4);
  return `${accented} ${filling.slice(0, Math.ceil(text.length * 0.4)).trim()}`;
}

/** Written from right to left, letter by letter. */
export function mirrored(text: string): string {
  return `\u202e${text}\u202c`;
}
