import type { ComponentChildren } from 'preact';

const icon = (paths: ComponentChildren) => (
  <svg class="i" viewBox="0 0 24 24" aria-hidden="true">
    {paths}
  </svg>
);

export const Shield = () =>
  icon(<path d="M12 3 5 6v5c0 5 3 8 7 10 4-2 7-5 7-10V6zM9 12l2 2 4-4" />);
export const Bin = () => icon(<path d="M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13" />);
export const Glass = () =>
  icon(<path d="M17.5 11a6.5 6.5 0 1 1-13 0 6.5 6.5 0 0 1 13 0zM20 20l-4.3-4.3" />);
export const Plus = () => icon(<path d="M12 5v14M5 12h14" />);
export const Alert = () =>
  icon(<path d="M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0zM12 8v5M12 16h.01" />);
export const Copy = () =>
  icon(
    <path d="M11 9h7a2 2 0 0 1 2 2v7a2 2 0 0 1-2 2h-7a2 2 0 0 1-2-2v-7a2 2 0 0 1 2-2zM5 15V6a2 2 0 0 1 2-2h9" />,
  );
export const Eye = () =>
  icon(
    <path d="M2 12s4-7 10-7 10 7 10 7-4 7-10 7S2 12 2 12zM15 12a3 3 0 1 1-6 0 3 3 0 0 1 6 0z" />,
  );
export const Again = () => icon(<path d="M20 11a8 8 0 1 0-2 6M20 5v6h-6" />);
export const Send = () => icon(<path d="M4 12 20 4l-5 16-3-7z" />);
export const Bell = () => icon(<path d="M6 16V11a6 6 0 0 1 12 0v5l1.5 2h-15zM10 21h4" />);
export const Close = () => icon(<path d="M6 6l12 12M18 6 6 18" />);
export const Moon = () => icon(<path d="M20 14A8 8 0 0 1 10 4a8 8 0 1 0 10 10z" />);
export const Sun = () =>
  icon(
    <path d="M16 12a4 4 0 1 1-8 0 4 4 0 0 1 8 0zM12 3v2M12 19v2M3 12h2M19 12h2M5.6 5.6 7 7M17 17l1.4 1.4M5.6 18.4 7 17M17 7l1.4-1.4" />,
  );
export const Down = () => icon(<path d="m6 9 6 6 6-6" />);
export const Check = () => icon(<path d="m5 12.5 4.5 4.5L19 7" />);

/** One tick: sent. Two: delivered. Two in blue: read. */
export function Ticks({ status, label }: { status: string; label: string }) {
  const isDouble = status === 'delivered' || status === 'read';
  return (
    <span class={`tk ${status}`}>
      <svg viewBox="0 0 17 12" role="img" aria-label={label}>
        <path d={isDouble ? 'm1 6.5 3.5 3.5L11 2M7.5 9.2l1 .8L15 2' : 'm3 6.5 3.5 3.5L13 2'} />
      </svg>
    </span>
  );
}

export const Mark = () => (
  <svg class="mark" width="22" height="22" viewBox="0 0 24 24" aria-hidden="true">
    <path d="M11.1 2.2a8.3 8.3 0 0 0 0 16.6Z" class="half-1" />
    <path d="M12.9 5.2a8.3 8.3 0 0 1 0 16.6Z" class="half-2" />
  </svg>
);

export const BusinessLogo = () => (
  <svg class="lg" viewBox="0 0 36 36" aria-hidden="true">
    <path class="ground" d="M0 0h36v36H0z" />
    <path d="M17 9.5a9 9 0 0 0 0 16zM19 12a8 8 0 0 1 0 15z" />
  </svg>
);
