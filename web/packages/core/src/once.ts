// Names one intention, so that doing it twice is doing it once.

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/** 128 random bits in 26 characters, as the server writes them: the first has three bits. */
export function newOnce(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(26));
  return Array.from(bytes, (byte, index) => ALPHABET[byte & (index === 0 ? 7 : 31)]).join('');
}
