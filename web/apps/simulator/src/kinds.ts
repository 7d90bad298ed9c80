/** What is said of a message that is more, or other, than text. */

import type { Key } from './locale.ts';
import type { Message } from './wire.ts';

/** The text says it all. */
const SPOKEN = new Set(['text', 'template', 'button', 'interactive', 'edit']);
const NAMES: Record<string, Key> = {
  image: 'sim.type_image',
  location: 'sim.type_location',
  audio: 'sim.type_audio',
  contacts: 'sim.type_contacts',
};

/** `null` for plain text; Meta's own word where the page has none. */
export function kind({ type }: Message): { key: Key } | { word: string } | null {
  if (SPOKEN.has(type)) return null;
  const key = Object.hasOwn(NAMES, type) ? NAMES[type] : undefined;
  return key === undefined ? { word: type } : { key };
}
