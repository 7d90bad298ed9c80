/** Lets a message fail with an error of Meta's or, an SMS, of Twilio's. */

import { useState } from 'preact/hooks';
import { usePage } from '../context.ts';
import { channelOf } from '../threads.ts';
import type { Message } from '../wire.ts';
import { Alert, Down } from './icons.tsx';

/** Meta's own titles, which are English everywhere. */
export const ERRORS: readonly [code: number, title: string][] = [
  [131026, 'Message undeliverable'],
  [131049, 'Meta chose not to deliver'],
  [131047, 'Re-engagement message'],
  [131042, 'Business eligibility payment issue'],
  [131031, 'Account has been locked'],
  [131048, 'Spam rate limit hit'],
  [131056, 'Pair rate limit hit'],
  [130472, "User's number is part of an experiment"],
  [130497, 'Restricted in this country'],
  [130403, 'Business blocked by user'],
  [131000, 'Something went wrong'],
  [131016, 'Service unavailable'],
  [131057, 'Account in maintenance mode'],
  [132001, 'Template does not exist'],
  [132015, 'Template is paused'],
  [190, 'Access token has expired'],
];

/** Twilio's own titles, of SMS that were accepted. */
export const SMS_ERRORS: readonly [code: number, title: string][] = [
  [30003, 'Unreachable destination handset'],
  [30004, 'Message blocked'],
  [30005, 'Unknown destination handset'],
  [30006, 'Landline or unreachable carrier'],
  [30007, 'Message filtered'],
  [30008, 'Unknown error'],
  [30034, 'Message from an unregistered number'],
  [30450, 'Blocked by pumping protection'],
];

export function FailButton({ number, message }: { number: string; message: Message }) {
  const { store, t } = usePage();
  const errors = channelOf(message) === 'sms' ? SMS_ERRORS : ERRORS;
  const [chosen, setCode] = useState(0);
  const code = errors.some(([known]) => known === chosen) ? chosen : (errors[0]?.[0] ?? 0);
  if (message.failed_at !== null) return null;
  const fail = () => store.try((api) => api.setStatus(number, message.id, 'failed', code));
  return (
    <span class="split">
      <button type="button" class="ctl danger" data-fail onClick={fail}>
        <Alert />
        {t('sim.fail_with', { code })}
      </button>
      <span class="pick">
        <Down />
        <select
          aria-label={t('sim.which_error')}
          value={code}
          onChange={(event) => setCode(Number(event.currentTarget.value))}
        >
          {errors.map(([known, title]) => (
            <option key={known} value={known}>
              {known} {title}
            </option>
          ))}
        </select>
      </span>
    </span>
  );
}
