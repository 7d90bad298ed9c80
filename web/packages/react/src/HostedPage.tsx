import { Layout } from './Layout.tsx';
import type { Sheet } from './sheet.ts';
import { CodeStep } from './steps/CodeStep.tsx';
import { DoneStep } from './steps/DoneStep.tsx';
import { EndedStep } from './steps/EndedStep.tsx';
import { MessageStep } from './steps/MessageStep.tsx';
import { PhoneStep } from './steps/PhoneStep.tsx';
import { computed, isPrinting } from './template.tsx';

/** The whole page, at whatever step it is. */
export function HostedPage({ sheet }: { sheet: Sheet }) {
  return (
    <Layout sheet={sheet}>
      <Body sheet={sheet} />
    </Layout>
  );
}

function Body({ sheet }: { sheet: Sheet }) {
  switch (sheet.state.step) {
    case 'phone':
      return (
        <PhoneStep
          sheet={sheet}
          hasList={isPrinting ? computed('countries') : sheet.countries.length > 0}
        />
      );
    case 'code':
    case 'confirm':
      return <CodeStep sheet={sheet} />;
    case 'message':
      return <MessageStep sheet={sheet} />;
    case 'done':
      return <DoneStep sheet={sheet} />;
    case 'expired':
    case 'locked':
    case 'superseded':
    case 'canceled':
    case 'undeliverable':
    case 'gone':
      return <EndedStep sheet={sheet} />;
  }
}
