import { render } from 'preact';
import '@countersign/ui/tokens.css';
import './style.css';
import './chat.css';
import './inspector.css';
import { api } from './api.ts';
import { App } from './app.tsx';
import { asked } from './preferences.ts';
import { Store } from './store.ts';

const isDark = matchMedia('(prefers-color-scheme: dark)').matches;
const wishes = asked(location.search, isDark, navigator.languages, location.pathname);
const store = new Store(api, wishes.draft);
if (wishes.isLink) store.set({ link: wishes.draft });
if (wishes.phone !== null) {
  if (wishes.isEmbedded) store.pin(wishes.phone);
  else store.open(wishes.phone);
}
const root = document.getElementById('app');
if (root) render(<App store={store} asked={wishes} />, root);
