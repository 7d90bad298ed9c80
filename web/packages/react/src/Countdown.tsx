import { clock, secondsUntil } from '@countersign/core';
import { computed, isPrinting } from './template.tsx';

/** `m:ss` until a time. `name` is what a template calls that time. */
export function clockText(at: number | null, now: number, name: string): string {
  return isPrinting ? computed(`clock(${name})`) : clock(secondsUntil(at || 0, now));
}

/** The time left, for the eye alone: it is told aloud at a few moments only. */
export function Countdown({ text }: { text: string }) {
  return (
    <bdi className="num" dir="ltr" aria-hidden={true}>
      {text}
    </bdi>
  );
}
