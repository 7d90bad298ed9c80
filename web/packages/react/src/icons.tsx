// Drawings. Each is decoration: what it means is said in words beside it.
import { When } from './template.tsx';

const outline = { className: 'i', viewBox: '0 0 24 24', 'aria-hidden': true } as const;

export const Clock = () => (
  <svg {...outline}>
    <circle cx="12" cy="12" r="9" />
    <path d="M12 7v5l3 2" />
  </svg>
);

export const Warning = () => (
  <svg {...outline}>
    <circle cx="12" cy="12" r="9" />
    <path d="M12 8v5M12 16h.01" />
  </svg>
);

export const Clipboard = () => (
  <svg {...outline}>
    <rect x="6" y="5" width="12" height="16" rx="2" />
    <path d="M9 5a3 3 0 0 1 6 0v2H9z" />
  </svg>
);

export const Again = () => (
  <svg {...outline}>
    <path d="M20 11a8 8 0 1 0-2 6" />
    <path d="M20 5v6h-6" />
  </svg>
);

export const Pencil = () => (
  <svg {...outline}>
    <path d="m4 20 1-4L16 5l3 3L8 19zM14 7l3 3" />
  </svg>
);

export const Key = () => (
  <svg {...outline}>
    <circle cx="8" cy="15" r="4" />
    <path d="m11 12 8-8M16 7l3 3" />
  </svg>
);

export const Shield = () => (
  <svg {...outline}>
    <path d="M12 3 5 6v5c0 5 3 8 7 10 4-2 7-5 7-10V6z" />
    <path d="m9 12 2 2 4-4" />
  </svg>
);

export const Chevron = () => (
  <svg {...outline}>
    <path d="m6 9 6 6 6-6" />
  </svg>
);

export const Check = () => (
  <svg className="check" viewBox="0 0 24 24" aria-hidden={true}>
    <path pathLength={1} d="m5 12.5 4.5 4.5L19 7.5" />
  </svg>
);

/** Stands for WhatsApp, and only for it. */
export const Bubble = () => (
  <svg className="wa" viewBox="0 0 24 24" aria-hidden={true}>
    <path d="M12 3a8.8 8.8 0 0 0-7.6 13.3L3.2 20.8l4.6-1.2A8.8 8.8 0 1 0 12 3z" />
    <path d="M8.6 8.2c-.9 1.5.2 3.6 1.8 5.1 1.7 1.5 3.7 2.4 5 1.3l.4-1.4-2-1-.9.9c-1.3-.6-2-1.3-2.5-2.5l.8-.9-.9-2z" />
  </svg>
);

/** A text message of any kind. */
const Text = () => (
  <svg {...outline}>
    <path d="M3 4h18v13H11l-4 4v-4H3zM8 10.5h8" />
  </svg>
);

/** Stands for a channel. */
export const Way = ({ isSms }: { isSms: unknown }) => (
  <When is={isSms} otherwise={<Bubble />}>
    <Text />
  </When>
);

/** Two halves of one coin, which only make sense together. */
export const Mark = () => (
  <svg className="mark" viewBox="0 0 24 24" aria-hidden={true}>
    <path d="M11.1 2.2a8.3 8.3 0 0 0 0 16.6Z" />
    <path d="M12.9 5.2a8.3 8.3 0 0 1 0 16.6Z" />
  </svg>
);
