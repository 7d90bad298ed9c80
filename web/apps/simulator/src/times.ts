/** Times of day, as the page shows them. */

const two = (number: number) => String(number).padStart(2, '0');

/** `10:24`. */
export function clock(iso: string): string {
  const at = new Date(iso);
  return `${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** `10:24:07`. */
export function seconds(iso: string): string {
  return `${clock(iso)}:${two(new Date(iso).getSeconds())}`;
}

/** `10:24:07.1`: receipts are often in the same second. */
export function tenths(iso: string): string {
  return `${seconds(iso)}.${Math.floor(new Date(iso).getMilliseconds() / 100)}`;
}

export function isSameDay(one: string, other: string | Date): boolean {
  return new Date(one).toDateString() === new Date(other).toDateString();
}
