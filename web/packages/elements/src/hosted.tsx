// Wakes the page that the server printed. Without this script its forms do the same.
import type { Boot, Country } from '@countersign/core';
import { makeTranslate } from '@countersign/core';
import { hydrate } from 'preact';
import { App } from './App.tsx';

const root = document.getElementById('root');
const data = document.getElementById('boot');

if (root && data) {
  const boot: Boot = JSON.parse(data.textContent || '');
  const typed = document.querySelector<HTMLInputElement>('input[name=code]');
  hydrate(
    <App
      boot={boot}
      countries={countriesOnPage()}
      t={makeTranslate(boot.lang, boot.messages)}
      // What was typed before the script came is not taken away.
      typed={typed ? typed.value : ''}
    />,
    root,
  );
  document.documentElement.dataset.awake = 'true';
}

/** The list is long, so it is in the page once only. */
function countriesOnPage(): Country[] {
  const options = document.querySelectorAll<HTMLOptionElement>('select[name=country] option');
  return Array.from(options, (option) => {
    const [name = '', code = ''] = option.text.split(' \u200e+');
    return { iso: option.value, name, code, selected: option.defaultSelected };
  });
}
