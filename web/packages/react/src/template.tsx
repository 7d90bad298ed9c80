// Lets one source be two things: a page that lives in the browser, and the template of that page
// that the server fills in. While a template is printed, values are placeholders such as
// `{{ state.to }}`, and these pieces print conditions and loops around them.
import type { ReactNode } from 'react';

/** Asked in every place that prints, so that the page's script is built without what follows. */
export let isPrinting = false;

/** Only the printer of templates calls this. */
export function setPrinting(value: boolean): void {
  isPrinting = value;
}

/** What stands in a placeholder; nothing for another value. */
function expression(value: unknown): string | undefined {
  return /^\{\{ (.+) \}\}$/.exec(String(value))?.[1];
}

interface WhenProps {
  is: unknown;
  children: ReactNode;
  otherwise?: ReactNode;
}

/** Shows its children where something holds. */
export function When({ is, children, otherwise }: WhenProps) {
  if (!isPrinting || !expression(is)) return <>{is ? children : otherwise}</>;
  return (
    <>
      {`{% if ${expression(is)} %}`}
      {children}
      {otherwise ? '{% else %}' : ''}
      {otherwise}
      {'{% endif %}'}
    </>
  );
}

interface AroundProps {
  text: string;
  name: string;
  children: ReactNode;
}

/** A text with something of its own where a name stands in braces. */
export function Around({ text, name, children }: AroundProps) {
  const hole = `{${name}}`;
  const piece = (index: number) => {
    if (!isPrinting) return text.split(hole)[index];
    return `{{ ${expression(text)} | split("${hole}") | ${index === 0 ? 'first' : 'last'} }}`;
  };
  return (
    <>
      {piece(0)}
      {children}
      {piece(1)}
    </>
  );
}

interface EachProps<T> {
  of: T[];
  /** What the template calls one of them, and the names that each has. */
  as: string;
  fields: (keyof T & string)[];
  children: (item: T) => ReactNode;
}

/** Shows something for each item of a list. */
export function Each<T>({ of, as, fields, children }: EachProps<T>) {
  if (!isPrinting || !expression(of)) return <>{of.map(children)}</>;
  const item = Object.fromEntries(fields.map((field) => [field, `{{ ${as}.${field} }}`]));
  return (
    <>
      {`{% for ${as} in ${expression(of)} %}`}
      {children(item as T)}
      {'{% endfor %}'}
    </>
  );
}

/** Shows the same thing so many times. */
export function Times({ n, children }: { n: number; children: (index: number) => ReactNode }) {
  if (!isPrinting || !expression(n))
    return <>{Array.from({ length: n }, (_, index) => children(index))}</>;
  return (
    <>
      {`{% for _ in range(${expression(n)}) %}`}
      {children(-1)}
      {'{% endfor %}'}
    </>
  );
}

/** One of two values of an attribute. */
export function either<T extends string>(is: unknown, yes: T, no: T): T {
  if (isPrinting && expression(is)) {
    return `{% if ${expression(is)} %}${yes}{% else %}${no}{% endif %}` as T;
  }
  return is ? yes : no;
}

/** `true` or `false`, as attributes of accessibility are written. */
export function flag(value: unknown): 'true' | 'false' {
  return either<'true' | 'false'>(value, 'true', 'false');
}

/** Whether one of a list is chosen. The printer turns a placeholder into an attribute. */
export function chosen(value: boolean): { selected?: boolean } {
  if (isPrinting && expression(value)) {
    return { 'data-selected': expression(value) } as { selected?: boolean };
  }
  return value ? { selected: true } : {};
}

/** What a placeholder stands for cannot be computed with: while printing, the template does it. */
export function computed<T>(template: string): T {
  return `{{ ${template} }}` as T;
}
