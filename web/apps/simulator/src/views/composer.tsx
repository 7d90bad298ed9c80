/** What the person with the phone writes. */

import { useState } from 'preact/hooks';
import type { Writing } from '../api.ts';
import { usePage } from '../context.ts';
import { spaced } from '../numbers.ts';
import { Send } from './icons.tsx';

export function Composer({ number }: { number: string }) {
  const { store, t } = usePage();
  const [text, setText] = useState(() => store.takeDraft());
  const write = (writing: Writing) => store.try((api) => api.write(number, writing));
  const submit = async (event: Event) => {
    event.preventDefault();
    if (text.trim() !== '' && (await write({ text }))) setText('');
  };
  const quick: readonly { label: string; writing: Writing }[] = [
    { label: t('sim.quick_hello'), writing: { text: t('sim.quick_hello') } },
    { label: 'STOP', writing: { text: 'STOP' } },
    { label: t('sim.type_audio'), writing: { type: 'audio' } },
    { label: t('sim.quick_image'), writing: { type: 'image', text: '' } },
    { label: t('sim.quick_location'), writing: { type: 'location' } },
  ];
  return (
    <>
      <fieldset class="qk">
        <legend class="vh">{t('sim.quick_replies')}</legend>
        {quick.map(({ label, writing }) => (
          <button type="button" key={label} onClick={() => write(writing)}>
            {label}
          </button>
        ))}
      </fieldset>
      <form class="cmp" onSubmit={submit}>
        <label>
          <span class="vh">{t('sim.message_as', { number: spaced(number) })}</span>
          <input
            name="text"
            autocomplete="off"
            dir="auto"
            maxLength={4096}
            placeholder={t('sim.message')}
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
          />
        </label>
        <button type="submit" aria-label={t('sim.send')}>
          <Send />
        </button>
      </form>
    </>
  );
}
