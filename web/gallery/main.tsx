// Shows the hosted page in any state and language, without a server.
import { type Actions, HostedPage } from '@countersign/react';
import { render } from 'preact';
import { sheetOf } from './sheet.ts';
import { STATES, sceneOf, TONGUES } from './states.ts';
import '../generated/hosted.css';
import '../packages/elements/src/message.css';

const stay: Actions = {
  send: (event) => event.preventDefault(),
  press: (event) => event.preventDefault(),
  type: () => {},
  paste: () => {},
  dial: () => {},
  chooseLanguage: (select) => {
    const query = new URLSearchParams(location.search);
    query.set('lang', select.value);
    location.search = query.toString();
  },
};

function Index() {
  return (
    <main className="page">
      <h1>Hosted page</h1>
      <p className="lead">
        Each link is one state. The theme is the one that your browser prefers; languages with X are
        made from English.
      </p>
      {STATES.map((state) => (
        <section key={state} className="alt">
          <h2>{state.replace(/&/g, ' · ').replace('step=', '')}</h2>
          <p>
            {TONGUES.map(({ code, name }) => (
              <span key={code}>
                <a className="lnk" href={`?${state}&lang=${code}`} title={name}>
                  {code}
                </a>{' '}
              </span>
            ))}
          </p>
        </section>
      ))}
    </main>
  );
}

/** Shows what the query asks for, in place of what was shown before. */
function show(search: string): void {
  const root = document.getElementById('root');
  if (!root) return;
  const query = new URLSearchParams(search);
  if (!query.has('step')) {
    render(<Index />, root);
    return;
  }
  const scene = sceneOf(query);
  const { documentElement } = document;
  documentElement.lang = scene.boot.lang;
  documentElement.dir = scene.tongue.direction;
  const sheet = sheetOf(scene, query.get('script') === '0' ? null : stay);
  // Keyed, so that nothing of an earlier page is left in its fields.
  render(<HostedPage key={search} sheet={sheet} />, root);
  document.title = `${sheet.t(`ui.title.${sheet.state.step}`)} · ${sheet.boot.brand.name}`;
}

show(location.search);
addEventListener('popstate', () => show(location.search));
