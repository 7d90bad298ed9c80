/** Notifications of the browser about new messages, once somebody asked for them. */

import { spaced } from './numbers.ts';
import type { Phone } from './wire.ts';

let isWanted = false;

export const notifications = {
  async ask(): Promise<boolean> {
    if (!('Notification' in globalThis)) return false;
    isWanted = (await Notification.requestPermission()) === 'granted';
    return isWanted;
  },

  /** About phones whose newest message is to them and newer than what was known. */
  about(before: readonly Phone[], after: readonly Phone[], isShown: (phone: Phone) => boolean) {
    if (!isWanted) return;
    for (const phone of news(before, after)) {
      if (isShown(phone)) continue;
      const notice = new Notification(spaced(phone.number), {
        body: phone.last?.text ?? '',
        tag: phone.number,
      });
      notice.onclick = () => window.focus();
    }
  },
};

/** Phones that a message came to since. Those that were not known before count too. */
export function news(before: readonly Phone[], after: readonly Phone[]): Phone[] {
  const known = new Map(before.map((phone) => [phone.number, phone.last?.id]));
  return after.filter(
    ({ number, last }) =>
      last !== null && last.direction === 'to_phone' && last.id !== known.get(number),
  );
}
