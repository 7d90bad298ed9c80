/** Ways of sending that prove less than typing a text does: forwarded, in a group, from elsewhere. */

import { usePage, useSnapshot } from '../context.ts';
import { MOST_BESIDE } from '../store.ts';

/** How the next message is sent. */
export interface Manner {
  forwarded?: true;
  group?: true;
}

export const PLAIN: Manner = {};
/** Where phones stand side by side. */
const IS_WIDE = '(min-width:760px)';

interface Props {
  number: string;
  text: string;
  manner: Manner;
  onChange: (manner: Manner) => void;
}

export function MannerMenu({ number, text, manner, onChange }: Props) {
  const { store, t } = usePage();
  const { open, phones } = useSnapshot();
  const hidesNumber = phones.find((phone) => phone.number === number)?.behaviour.username_only;
  const toggle = (name: keyof Manner) => {
    const { [name]: before, ...rest } = manner;
    onChange(before ? rest : { ...rest, [name]: true });
  };
  const second = async () => {
    const other = await store.secondPhone(number, text);
    if (other === null) return;
    const isBeside = matchMedia(IS_WIDE).matches && open.length < MOST_BESIDE;
    if (isBeside) store.openBeside(other);
    else store.open(other);
  };
  return (
    <fieldset class="mn">
      <legend class="vh">{t('sim.manner')}</legend>
      <Choice
        name="forwarded"
        label={t('sim.forwarded')}
        isOn={manner.forwarded === true}
        onChange={() => toggle('forwarded')}
      />
      <Choice
        name="group"
        label={t('sim.group')}
        isOn={manner.group === true}
        onChange={() => toggle('group')}
      />
      {hidesNumber !== undefined && (
        <Choice
          name="username_only"
          label={t('sim.username_only')}
          isOn={hidesNumber}
          onChange={() => store.try((api) => api.behave(number, { username_only: !hidesNumber }))}
        />
      )}
      <button type="button" data-second-phone onClick={second}>
        {t('sim.second_phone')}
      </button>
    </fieldset>
  );
}

interface ChoiceProps {
  name: string;
  label: string;
  isOn: boolean;
  onChange: () => void;
}

function Choice({ name, label, isOn, onChange }: ChoiceProps) {
  return (
    <label>
      <input type="checkbox" name={name} checked={isOn} onChange={onChange} />
      {label}
    </label>
  );
}
