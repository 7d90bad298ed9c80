import { flag, Times } from './template.tsx';

export interface OtpInputProps {
  id: string;
  name: string;
  /** How many digits the code has. */
  length: number;
  value: string;
  hasError: unknown;
  isBusy: boolean;
  describedBy: string;
  /** Without it the browser keeps the value by itself. */
  onType?: (text: string) => void;
}

/**
 * One real field, drawn as a row of boxes: suggestions of the keyboard, paste, undo and screen
 * readers meet an ordinary text field. The boxes are decoration.
 */
export function OtpInput(props: OtpInputProps) {
  const { length, value, onType } = props;
  return (
    <div className="otp" data-n={length} data-bad={flag(props.hasError)}>
      <span className="slots" aria-hidden={true}>
        <Times n={length}>
          {(index) => <i key={index} className={onType && index === value.length ? 'on' : ''} />}
        </Times>
      </span>
      <input
        id={props.id}
        name={props.name}
        type="text"
        inputMode="numeric"
        autoComplete="one-time-code"
        autoCapitalize="off"
        autoCorrect="off"
        spellCheck={false}
        dir="ltr"
        required={true}
        aria-invalid={flag(props.hasError)}
        aria-describedby={props.describedBy}
        aria-busy={flag(props.isBusy)}
        readOnly={props.isBusy}
        {...(onType ? { value, onInput: (event) => onType(event.currentTarget.value) } : {})}
      />
    </div>
  );
}
