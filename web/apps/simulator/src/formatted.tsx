/** The marks of WhatsApp's text: bold and italics. The code of a message is bold by itself. */

import type { ComponentChildren } from 'preact';

export function formatted(text: string, code: string | null): ComponentChildren[] {
  return text
    .split(/(\*[^*\n]+\*|_[^_\n]+_)/)
    .filter((part) => part !== '')
    .flatMap((part) => {
      if (/^\*[^*]+\*$/.test(part)) return [<b key={part}>{part.slice(1, -1)}</b>];
      if (/^_[^_]+_$/.test(part)) return [<i key={part}>{part.slice(1, -1)}</i>];
      return plain(part, code);
    });
}

/** A text without marks, as an SMS is. */
export function plain(text: string, code: string | null): ComponentChildren[] {
  const place = code === null || code === '' ? -1 : text.indexOf(code);
  if (code === null || place < 0) return [text];
  return [
    text.slice(0, place),
    <b key={code} data-code>
      {code}
    </b>,
    text.slice(place + code.length),
  ];
}
