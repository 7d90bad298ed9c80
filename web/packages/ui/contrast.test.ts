import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';

/** What stands on what, and how well it must be seen: 4.5 for text, 3 for shapes. */
const PAIRS: [string, string, number][] = [
  ['ink', 'surface', 4.5],
  ['ink', 'paper', 4.5],
  ['ink-2', 'surface', 4.5],
  ['ink-3', 'surface', 4.5],
  ['ink-3', 'paper', 4.5],
  ['ink-3', 'sunken', 4.5],
  ['ink-4', 'surface', 4.5],
  ['accent-ink', 'accent', 4.5],
  ['accent-ink', 'accent-hover', 4.5],
  ['accent-text', 'surface', 4.5],
  ['accent-text', 'accent-tint', 4.5],
  ['ok', 'surface', 4.5],
  ['ok', 'ok-tint', 4.5],
  ['warn', 'surface', 4.5],
  ['warn', 'warn-tint', 4.5],
  ['bad', 'surface', 4.5],
  ['bad', 'bad-tint', 4.5],
  ['wa-ink', 'wa', 4.5],
  ['wa-text', 'surface', 4.5],
  ['wa-text', 'wa-tint', 4.5],
  ['field', 'surface', 3],
  ['field', 'paper', 3],
  ['ring', 'surface', 3],
  ['ring', 'paper', 3],
  ['wa-chart', 'surface', 3],
  ['s1', 'surface', 3],
  ['s2', 'surface', 3],
];

const css = readFileSync(path.join(import.meta.dirname, 'tokens.css'), 'utf8');

function coloursOf(selector: string): Map<string, string> {
  const block = css.slice(css.indexOf(`${selector}{`)).split('}')[0] as string;
  const rules = block.matchAll(/--([\w-]+):(#[0-9a-f]{6})/g);
  return new Map([...rules].map((match) => [match[1] as string, match[2] as string]));
}

/** The relative luminance of WCAG 2. */
function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [
    number,
    number,
  ];
  return (light + 0.05) / (dark + 0.05);
}

test('black on white is 21, and a colour on itself is 1', () => {
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21);
  expect(contrast('#2637b5', '#2637b5')).toBe(1);
});

describe.each([
  ['light', ':root'],
  ['dark', '[data-theme=dark]'],
])('in the %s theme', (_, selector) => {
  const colours = coloursOf(selector);
  test.each(PAIRS)('%s is seen on %s', (ink, ground, need) => {
    const values = [colours.get(ink), colours.get(ground)];
    expect(values).not.toContain(undefined);
    expect(contrast(values[0] as string, values[1] as string)).toBeGreaterThanOrEqual(need);
  });
});
