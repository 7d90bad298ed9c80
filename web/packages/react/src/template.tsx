// Lets one source be two things: a page that lives in the browser, and the template of that page
// that the server fills in. While a template is printed, values are placeholders such as
// `{{ state.to }}`, and these pieces print conditions and loops around them.
import type { ReactNode } from 'react';

let isPrinting = false;

/** Only the printer of templates calls this. */
export function setPrinting(value: boolean): void {
  isPrinting = value;
}

/** What stands in a placeholder; `null` for a value that is one. */
export function expression(value: unknown): string | null {
  if (!isPrinting || typeof value !== 'string') return null;
  const match = /^\{\{ (.+) \}\}$/.exec(value);
  return match ? (match[1] as string) : null;
}

interface WhenProps {
  is: unknown;
  children: ReactNode;
  otherwise?: ReactNode;
}

/** Shows its children where something holds. */
export function When({ is, children, otherwise }: WhenProps) {
  const condition = expression(is);
  if (condition === null) return <>{is ? children : otherwise}</>;
  return (
    <>
      {`{% if ${condition} %}`}
      {children}
      {otherwise ? '{% else %}' : ''}
      {otherwise}
      {'{% endif %}'}
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
  const list = expression(of);
  if (list === null) return <>{of.map(children)}</>;
  const item = Object.fromEntries(fields.map((field) => [field, `{{ ${as}.${field} }}`]));
  return (
    <>
      {`{% for ${as} in ${list} %}`}
      {children(item as T)}
      {'{% endfor %}'}
    </>
  );
}

/** Shows the same thing so many times. */
export function Times({ n, children }: { n: number; children: (index: number) => ReactNode }) {
  const count = expression(n);
  if (count === null) return <>{Array.from({ length: n }, (_, index) => children(index))}</>;
  return (
    <>
      {`{% for _ in range(${count}) %}`}
      {children(-1)}
      {'{% endfor %}'}
    </>
  );
}

/** `true` or `false`, as attributes of accessibility are written. */
export function flag(value: unknown): 'true' | 'false' {
  const condition = expression(value);
  if (condition !== null) return `{% if ${condition} %}true{% else %}false{% endif %}` as 'true';
  return value ? 'true' : 'false';
}

/** Whether one of a list is chosen. The printer turns a placeholder into an attribute. */
export function chosen(value: boolean): { selected?: boolean } {
  const condition = expression(value);
  if (condition !== null) return { 'data-selected': condition } as { selected?: boolean };
  return value ? { selected: true } : {};
}

/** What a placeholder stands for cannot be computed with: the template does it. */
export function computed<T>(template: string, live: () => T): T {
  return isPrinting ? (`{{ ${template} }}` as T) : live();
}
