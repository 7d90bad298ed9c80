/** How a phone behaves: switches for what can go wrong. */

import { useEffect, useState } from 'preact/hooks';
import { usePage, useSnapshot } from '../context.ts';
import type { Key } from '../locale.ts';
import type { Behaviour, Phone } from '../wire.ts';
import { ERRORS, SMS_ERRORS } from './fail-button.tsx';
import { Bin } from './icons.tsx';
import { Box } from './parts.tsx';

type Switch = {
  [Name in keyof Behaviour]-?: NonNullable<Behaviour[Name]> extends boolean ? Name : never;
}[keyof Behaviour];

const SWITCHES: readonly Switch[] = [
  'offline',
  'not_on_whatsapp',
  'reorder',
  'duplicate',
  'lose_webhook_answer',
  'lose_response',
  'username_only',
  'error_async',
];

/** Twilio's own titles, of SMS that are refused at once. */
const SMS_REFUSALS: readonly [code: number, title: string][] = [
  [21211, "Invalid 'To' phone number"],
  [21408, 'Region not enabled'],
  [21610, 'Recipient has unsubscribed'],
  [21614, 'Not a mobile number'],
];

export function Behaviours({ phone }: { phone: Phone }) {
  const { store, t } = usePage();
  const { number, behaviour } = phone;
  const change = (changed: Behaviour) => store.try((api) => api.behave(number, changed));
  const hasSms = (useSnapshot().settings?.twilio ?? null) !== null;
  const switches = hasSms ? [...SWITCHES, 'sms_lost' as const] : SWITCHES;
  const known = switches.filter((name) => behaviour[name] !== undefined);
  return (
    <Box title={t('sim.behaviour')} aside={<span class="r">{t('sim.behaviour_note')}</span>}>
      <div class="beh" key={number}>
        <Slider
          name="delay_ms"
          label={t('sim.delay_ms')}
          value={behaviour.delay_ms ?? 0}
          most={30000}
          step={100}
          show={(ms) => t('sim.seconds', { n: (ms / 1000).toFixed(1) })}
          onChange={(ms) => change({ delay_ms: ms })}
        />
        {behaviour.error_rate !== undefined && (
          <Slider
            name="error_rate"
            label={t('sim.error_rate')}
            value={behaviour.error_rate}
            most={100}
            step={5}
            show={(percent) => `${percent}%`}
            onChange={(percent) => change({ error_rate: percent })}
          />
        )}
        {behaviour.hang !== undefined && (
          <Slider
            name="hang"
            label={t('sim.hang')}
            value={behaviour.hang ?? 0}
            most={30000}
            step={500}
            show={(ms) => t('sim.seconds', { n: (ms / 1000).toFixed(1) })}
            onChange={(ms) => change({ hang: ms === 0 ? null : ms })}
          />
        )}
        {known.map((name) => (
          <div key={name}>
            <label for={`sim-${name}`}>{t(`sim.${name}` as Key)}</label>
            <input
              id={`sim-${name}`}
              class="sw"
              type="checkbox"
              checked={behaviour[name] ?? false}
              onChange={(event) => change({ [name]: event.currentTarget.checked })}
            />
          </div>
        ))}
        <ErrorChoice
          name="error_code"
          errors={ERRORS}
          value={behaviour.error_code ?? 0}
          onChange={(code) => change({ error_code: code })}
        />
        {hasSms && (
          <ErrorChoice
            name="sms_error_code"
            errors={[...SMS_ERRORS, ...SMS_REFUSALS]}
            value={behaviour.sms_error_code ?? 0}
            onChange={(code) => change({ sms_error_code: code })}
          />
        )}
        <div>
          <button
            type="button"
            class="ctl danger"
            onClick={() => store.try((api) => api.removePhone(number))}
          >
            <Bin />
            {t('sim.delete_phone')}
          </button>
        </div>
      </div>
    </Box>
  );
}

interface ErrorChoiceProps {
  name: 'error_code' | 'sms_error_code';
  errors: readonly [code: number, title: string][];
  value: number;
  onChange: (code: number | null) => void;
}

function ErrorChoice({ name, errors, value, onChange }: ErrorChoiceProps) {
  const { t } = usePage();
  return (
    <div>
      <label for={`sim-${name}`}>{t(`sim.${name}`)}</label>
      <select
        id={`sim-${name}`}
        value={value}
        onChange={(event) => onChange(Number(event.currentTarget.value) || null)}
      >
        <option value={0}>{t('sim.none')}</option>
        {errors.map(([code, title]) => (
          <option key={code} value={code}>
            {code} {title}
          </option>
        ))}
      </select>
    </div>
  );
}

interface SliderProps {
  name: string;
  label: string;
  value: number;
  most: number;
  step: number;
  show: (value: number) => string;
  onChange: (value: number) => void;
}

/** Shows each step while it is moved, and tells the simulator once, when it is let go. */
function Slider({ name, label, value, most, step, show, onChange }: SliderProps) {
  const [now, setNow] = useState(value);
  useEffect(() => setNow(value), [value]);
  const id = `sim-${name}`;
  return (
    <div>
      <label for={id}>{label}</label>
      <input
        id={id}
        type="range"
        min={0}
        max={most}
        step={step}
        value={now}
        aria-valuetext={show(now)}
        onInput={(event) => setNow(Number(event.currentTarget.value))}
        onChange={(event) => onChange(Number(event.currentTarget.value))}
      />
      <output for={id}>{show(now)}</output>
    </div>
  );
}
