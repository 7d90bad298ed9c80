/** A number that got no message a moment ago: a phone gets one a minute. From those that Germany
 * keeps for films and tests. */
export function unusedNumber(random: () => number = Math.random): string {
  const last = 300_000 + Math.floor(random() * 700_000);
  return `+4915550${last}`;
}
