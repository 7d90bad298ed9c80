/** The whole page, or one phone of it. */

import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { PageContext, usePage, useSnapshot } from './context.ts';
import { direction, type Language } from './locale.ts';
import { notifications } from './notify.ts';
import { type Asked, remember, type Theme } from './preferences.ts';
import type { Store } from './store.ts';
import { channelOf } from './threads.ts';
import { Inspector } from './views/inspector.tsx';
import { PhoneView } from './views/phone.tsx';
import { PhoneList } from './views/phone-list.tsx';
import { Stage } from './views/stage.tsx';
import { Connection, Safe, Top } from './views/top.tsx';
import type { Phone } from './wire.ts';

const SAID_FOR_MS = 4000;

export function App({ store, asked }: { store: Store; asked: Asked }) {
  const [language, setLanguage] = useState<Language>(asked.language);
  const [theme, setTheme] = useState<Theme>(asked.theme);
  const [said, say] = useSaid();
  const isAlone = asked.isEmbedded && asked.phone !== null;
  useEffect(() => store.start(), [store]);
  useEffect(() => {
    document.documentElement.lang = language;
    document.documentElement.dir = direction(language);
    document.documentElement.dataset.theme = theme;
  }, [language, theme]);
  const page = useMemo(() => ({ store, language, say }), [store, language, say]);
  return (
    <PageContext.Provider value={page}>
      {isAlone && asked.phone !== null ? (
        <Alone number={asked.phone} />
      ) : (
        <Whole
          isOpened={asked.phone !== null || asked.isLink}
          theme={theme}
          onTheme={(next) => {
            remember('theme', next);
            setTheme(next);
          }}
          onLanguage={(next) => {
            remember('language', next);
            setLanguage(next);
          }}
        />
      )}
      <p class={said === '' ? 'vh' : 'said-now'} role="status" data-said>
        {said}
      </p>
      <Problem />
    </PageContext.Provider>
  );
}

function useSaid(): [string, (sentence: string) => void] {
  const [said, setSaid] = useState('');
  const timer = useRef<ReturnType<typeof setTimeout>>();
  const say = useRef((sentence: string) => {
    clearTimeout(timer.current);
    setSaid(sentence);
    timer.current = setTimeout(() => setSaid(''), SAID_FOR_MS);
  });
  return [said, say.current];
}

function Problem() {
  const { store, t } = usePage();
  const { problem } = useSnapshot();
  const text = problem === 'offline' ? t('sim.lost') : problem;
  return (
    <div class="problem" role="alert" data-problem>
      {text !== null && (
        <>
          <span>{text}</span>
          <button type="button" class="ctl" onClick={() => store.set({ problem: null })}>
            {t('sim.close')}
          </button>
        </>
      )}
    </div>
  );
}

interface WholeProps {
  /** The address names a phone, or is a link that one opens. */
  isOpened: boolean;
  theme: Theme;
  onTheme: (theme: Theme) => void;
  onLanguage: (language: Language) => void;
}

const VIEWS = ['list', 'stage', 'insp'] as const;
type View = (typeof VIEWS)[number];

/** Three columns; on small screens, each is a view of its own. */
function Whole({ isOpened, theme, onTheme, onLanguage }: WholeProps) {
  const { store, t } = usePage();
  const { open, phones } = useSnapshot();
  const [view, setView] = useState<View>(isOpened ? 'stage' : 'list');
  const before = useRef(phones);
  useEffect(() => {
    const isShown = ({ number, last }: Phone) =>
      !document.hidden &&
      store.now.open.includes(number) &&
      (last === null || store.thread(number) === channelOf(last));
    if (before.current.length > 0) notifications.about(before.current, phones, isShown);
    before.current = phones;
  }, [phones, store]);
  const names = { list: t('sim.phones'), stage: t('sim.chat'), insp: t('sim.inspector') };
  return (
    <div class={`page beside-${Math.max(open.length, 1)}`} data-view={view}>
      <Top theme={theme} onTheme={onTheme} onLanguage={onLanguage} />
      <main class="columns">
        <PhoneList onOpen={() => setView('stage')} />
        <div class="work">
          <Stage />
          <Inspector />
        </div>
      </main>
      <nav class="views" aria-label={t('sim.views')}>
        {VIEWS.map((name) => (
          <button
            type="button"
            key={name}
            aria-current={name === view ? 'page' : undefined}
            onClick={() => setView(name)}
          >
            {names[name]}
          </button>
        ))}
      </nav>
    </div>
  );
}

/** One phone, in the frame of another page. */
function Alone({ number }: { number: string }) {
  const { t } = usePage();
  return (
    <main class="alone">
      <h1 class="vh">{t('sim.simulator')}</h1>
      <PhoneView number={number} />
      <Safe />
      <Connection />
    </main>
  );
}
