// The server's time on this machine, whose own clock may be wrong by a day.

/** How far the server's clock is ahead of this machine's, in milliseconds. */
export function offsetOf(serverNow: number): number {
  return serverNow - Date.now();
}

/** Whole seconds until a time; never less than zero. */
export function secondsUntil(at: number, now: number): number {
  return Math.max(0, Math.ceil((at - now) / 1000));
}

/** `m:ss` */
export function clock(seconds: number): string {
  const rest = seconds % 60;
  return `${Math.floor(seconds / 60)}:${rest < 10 ? '0' : ''}${rest}`;
}

/** Which of the moments that are told aloud this is: each minute, 30 s, 10 s and the end. */
export function isSpoken(seconds: number): boolean {
  return seconds % 60 === 0 || seconds === 30 || seconds === 10;
}
