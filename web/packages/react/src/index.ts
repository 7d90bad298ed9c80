// The views of the hosted page, written once: React's own where React is, Preact's elsewhere. They
// use no more of React than hooks and elements.
export { HostedPage } from './HostedPage.tsx';
export { OtpInput, type OtpInputProps } from './OtpInput.tsx';
export { type Actions, errorText, type Sheet } from './sheet.ts';
export { setPrinting } from './template.tsx';
