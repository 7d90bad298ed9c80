// The hosted page without its looks: what it is told, what is typed, and how it speaks.
export * from './clock.ts';
export * from './connection.ts';
export * from './digits.ts';
export * from './once.ts';
export * from './page.ts';
export * from './phone.ts';
export * from './sms.ts';
export * from './texts.ts';
