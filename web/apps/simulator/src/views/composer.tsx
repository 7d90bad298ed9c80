/** What the person with the phone writes. */

import { useEffect, useRef, useState } from 'preact/hooks';
import type { Writing } from '../api.ts';
import { usePage } from '../context.ts';
import { spaced } from '../numbers.ts';
import type { Channel } from '../wire.ts';
import { Plus, Send } from './icons.tsx';
import { type Manner, MannerMenu, PLAIN } from './manner-menu.tsx';

interface ComposerProps {
  number: string;
  channel: Channel;
  /** The business's number, where it is not the usual one. */
  to: string | undefined;
}

export function Composer({ number, channel, to }: ComposerProps) {
  const { store, t } = usePage();
  const isSms = channel === 'sms';
  const [text, setText] = useState(() => (isSms ? '' : store.takeDraft(number)));
  const [manner, setManner] = useState<Manner>(PLAIN);
  const [isOpen, setIsOpen] = useState(false);
  const write = async (writing: Writing) => {
    const how = isSms ? { channel } : to === undefined ? manner : { ...manner, to };
    const isDone = await store.try((api) => api.write(number, { ...writing, ...how }));
    if (isDone) setManner(PLAIN);
    return isDone;
  };
  const submit = async (event: Event) => {
    event.preventDefault();
    if (text.trim() === '' || !(await write({ text }))) return;
    setText('');
    store.dropDraft(number);
    if (store.now.link === null) return;
    store.set({ link: null });
    // A reload must not have the text ready again.
    history.replaceState(null, '', `/?phone=${encodeURIComponent(number)}`);
  };
  return (
    <>
      <QuickReplies isSms={isSms} onWrite={write} />
      {isOpen && <MannerMenu number={number} text={text} manner={manner} onChange={setManner} />}
      <form class="cmp" onSubmit={submit}>
        {!isSms && (
          <button
            type="button"
            class="manner"
            aria-expanded={isOpen}
            aria-label={t('sim.manner')}
            data-manner
            onClick={() => setIsOpen(!isOpen)}
          >
            <Plus />
          </button>
        )}
        <Field number={number} isSms={isSms} text={text} onText={setText} />
        <button type="submit" aria-label={t('sim.send')}>
          <Send />
        </button>
      </form>
    </>
  );
}

interface QuickProps {
  isSms: boolean;
  onWrite: (writing: Writing) => void;
}

function QuickReplies({ isSms, onWrite }: QuickProps) {
  const { t } = usePage();
  const bySms = [t('sim.quick_hello'), 'STOP', 'START'].map((text) => ({
    label: text,
    writing: { text },
  }));
  const byWhatsApp: readonly { label: string; writing: Writing }[] = [
    { label: t('sim.quick_hello'), writing: { text: t('sim.quick_hello') } },
    { label: 'STOP', writing: { text: 'STOP' } },
    { label: t('sim.type_audio'), writing: { type: 'audio' } },
    { label: t('sim.quick_image'), writing: { type: 'image', text: '' } },
    { label: t('sim.quick_location'), writing: { type: 'location' } },
  ];
  return (
    <fieldset class="qk">
      <legend class="vh">{t('sim.quick_replies')}</legend>
      {(isSms ? bySms : byWhatsApp).map(({ label, writing }) => (
        <button type="button" key={label} onClick={() => onWrite(writing)}>
          {label}
        </button>
      ))}
    </fieldset>
  );
}

interface FieldProps {
  number: string;
  isSms: boolean;
  text: string;
  onText: (text: string) => void;
}

/** Enter sends, as on a phone; with Shift it begins a line. */
function Field({ number, isSms, text, onText }: FieldProps) {
  const { store, t } = usePage();
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    if (store.now.link !== null && text !== '') field.current?.focus();
  }, []);
  return (
    <label>
      <span class="vh">{t('sim.message_as', { number: spaced(number) })}</span>
      <textarea
        ref={field}
        name="text"
        autocomplete="off"
        dir="auto"
        rows={Math.min(text.split('\n').length, 5)}
        maxLength={isSms ? 1600 : 4096}
        placeholder={t(isSms ? 'sim.text_message' : 'sim.message')}
        value={text}
        onInput={(event) => onText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
          event.preventDefault();
          event.currentTarget.form?.requestSubmit();
        }}
      />
    </label>
  );
}
