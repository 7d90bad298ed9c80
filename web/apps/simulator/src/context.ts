/** What every view needs: the store, the texts, and a way to say that something happened. */

import { createContext } from 'preact';
import { useContext, useEffect, useState } from 'preact/hooks';
import { type Language, translator } from './locale.ts';
import { type Snapshot, Store } from './store.ts';

export interface Page {
  store: Store;
  language: Language;
  /** Said by screen readers, and shown for a moment. */
  say: (sentence: string) => void;
}

export const PageContext = createContext<Page>({
  store: new Store(),
  language: 'en',
  say: () => undefined,
});

export function usePage() {
  const page = useContext(PageContext);
  return { ...page, t: translator(page.language) };
}

export function useSnapshot(): Snapshot {
  const { store } = useContext(PageContext);
  const [, count] = useState(0);
  const drawn = store.now;
  useEffect(() => {
    const redraw = () => count((before) => before + 1);
    // It may have changed after it was drawn and before anybody watched.
    if (store.now !== drawn) redraw();
    return store.watch(redraw);
  }, [store]);
  return drawn;
}
