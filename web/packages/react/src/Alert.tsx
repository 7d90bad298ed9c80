import { Warning } from './icons.tsx';
import { errorText, type Sheet } from './sheet.ts';
import { When } from './template.tsx';

/** What went wrong. It is there from the start, so that what is put into it is read aloud. */
export function Alert({ sheet }: { sheet: Sheet }) {
  return (
    <p className="err" id="e" role="alert">
      <When is={sheet.state.error}>
        <Warning />
        <span>{errorText(sheet)}</span>
      </When>
    </p>
  );
}
