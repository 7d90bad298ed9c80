/** Small parts that several views use. */

import type { ComponentChildren } from 'preact';
import { copyText } from '../clipboard.ts';
import { usePage } from '../context.ts';
import { Copy } from './icons.tsx';

interface BoxProps {
  title: string;
  aside?: ComponentChildren;
  children: ComponentChildren;
}

export function Box({ title, aside, children }: BoxProps) {
  return (
    <section class="box">
      <header>
        <h3>{title}</h3>
        {aside}
      </header>
      {children}
    </section>
  );
}

export function CopyButton({ text, label }: { text: string; label: string }) {
  const { say, t } = usePage();
  const copy = async () => {
    say((await copyText(text)) ? t('sim.copied') : t('sim.copy_failed'));
  };
  return (
    <button type="button" class="link" onClick={copy}>
      <Copy />
      {label}
    </button>
  );
}

/** JSON with its names and texts in colours; other text as it is. */
export function Code({ text, label }: { text: string; label: string }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a region that keeps its line breaks
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keyboard
    <pre dir="ltr" tabIndex={0} role="region" aria-label={label}>
      {text.split(/("(?:[^"\\\n]|\\.)*"(?:\s*:)?|'[^'\n]*'|^#.*$)/m).map((part) => {
        if (part.startsWith('#')) return <span class="c">{part}</span>;
        if (/^".*:$/s.test(part)) return <span class="k">{part}</span>;
        return /^["']/.test(part) ? <span class="s">{part}</span> : part;
      })}
    </pre>
  );
}

/** Stays in its order where the rest runs from right to left. */
export const Duration = ({ ms }: { ms: number }) => <bdi dir="ltr">{ms} ms</bdi>;
