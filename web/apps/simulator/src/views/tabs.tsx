/** A row of tabs. The arrow keys go from one to the next. */

import type { ComponentChildren } from 'preact';

interface TabsProps<Name extends string> {
  /** What the ids of the tabs begin with. */
  id: string;
  names: readonly Name[];
  chosen: Name;
  label: string;
  /** The id of what the tabs show. */
  panel: string;
  class: string;
  title: (name: Name) => ComponentChildren;
  onChoose: (name: Name) => void;
}

export function Tabs<Name extends string>(props: TabsProps<Name>) {
  const { id, names, chosen, label, panel, title, onChoose } = props;
  const move = (event: KeyboardEvent) => {
    const isBack = event.key === 'ArrowLeft';
    if (!isBack && event.key !== 'ArrowRight') return;
    const isRtl = document.documentElement.dir === 'rtl';
    const step = isBack === isRtl ? 1 : -1;
    const next = names[(names.indexOf(chosen) + step + names.length) % names.length] ?? chosen;
    onChoose(next);
    document.getElementById(`${id}-${next}`)?.focus();
  };
  return (
    <div class={props.class} role="tablist" aria-label={label}>
      {names.map((name) => (
        <button
          type="button"
          key={name}
          id={`${id}-${name}`}
          role="tab"
          aria-selected={name === chosen}
          aria-controls={panel}
          tabIndex={name === chosen ? 0 : -1}
          onClick={() => onChoose(name)}
          onKeyDown={move}
        >
          {title(name)}
        </button>
      ))}
    </div>
  );
}
