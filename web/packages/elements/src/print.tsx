// Prints the template that the server fills in, from the very views that the script wakes.
import type { Boot, State, Step, Translate, Values } from '@countersign/core';
import { HostedPage, type Sheet, setPrinting } from '@countersign/react';
import { render } from 'preact-render-to-string';

const STEPS: Step[] = [
  'phone',
  'code',
  'message',
  'confirm',
  'done',
  'expired',
  'locked',
  'superseded',
  'canceled',
  'undeliverable',
  'gone',
];

/** A value that the template puts in. */
function placeholder<T>(name: string): T {
  return `{{ ${name} }}` as T;
}

function placeholders<T>(prefix: string, names: (keyof T & string)[]): T {
  return Object.fromEntries(names.map((name) => [name, placeholder(`${prefix}${name}`)])) as T;
}

/** Prints `{{ t("key", n=state.left) }}`. */
const translate: Translate = (key: string, values: Values = {}) => {
  const written = Object.entries(values).map(([name, value]) => `, ${name}=${argument(value)}`);
  return placeholder(`t(${argument(key)}${written.join('')})`);
};

function argument(value: string | number): string {
  const match = /^\{\{ (.+) \}\}$/.exec(String(value));
  return match ? (match[1] as string) : JSON.stringify(value);
}

function sheetOf(step: Step): Sheet {
  const state = placeholders<State>('state.', [
    'method',
    'to',
    'digits',
    'channel',
    'otherChannel',
    'fellBack',
    'undelivered',
    'testCode',
    'message',
    'expiresAt',
    'resendAt',
    'left',
    'link',
    'before',
    'token',
    'after',
    'notice',
    'sender',
    'error',
    'field',
    'retryAt',
    'canChange',
    'canRestart',
    'canMessage',
    'canSwitch',
    'redirect',
  ]);
  const boot = {
    ...placeholders<Boot>('', ['now', 'lang', 'base', 'languages']),
    brand: placeholders('brand.', ['name', 'logo', 'help', 'privacy', 'credit']),
    form: placeholders('form.', ['once', 'country', 'phone']),
    messages: {},
  } as Boot;
  return {
    boot,
    state: { ...state, step },
    countries: placeholder('countries'),
    now: placeholder('now'),
    t: translate,
    code: '',
    busy: null,
    isSlow: false,
    isOffline: false,
    spoken: '',
    isSentAgain: false,
    actions: null,
  };
}

/** What was escaped as text is code again, and a chosen option has its attribute or none. */
function unescaped(html: string): string {
  const code = html.replace(/\{(?:\{|%) .*? (?:\}|%)\}/g, (match) =>
    match
      .replace(/&quot;/g, '"')
      .replace(/&lt;/g, '<')
      .replace(/&gt;/g, '>')
      .replace(/&amp;/g, '&'),
  );
  return code.replace(/ data-selected="([^"]+)"/g, '{% if $1 %} selected{% endif %}');
}

/** The whole document. `messageStyle` is that of pages whose message is waited for. */
export function printPage(messageStyle: string): string {
  setPrinting(true);
  const bodies = STEPS.map((step, index) => {
    const condition = index === 0 ? 'if' : 'elif';
    const body = unescaped(render(<HostedPage sheet={sheetOf(step)} />));
    return `{% ${condition} state.step == "${step}" %}${body}`;
  });
  setPrinting(false);
  return `<!doctype html>
<html lang="{{ lang }}" dir="{{ dir }}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="{{ scheme }}">
<meta name="robots" content="noindex">
<meta name="format-detection" content="telephone=no">
<link rel="icon" href="data:,">
{% if state.step == "message" %}<noscript><meta http-equiv="refresh" content="5"></noscript>{% endif %}
<title>{{ title }}</title>
<style nonce="{{ nonce }}">{{ css }}{{ brand.css }}{% if state.method == "message" %}${messageStyle}{% endif %}</style>
</head>
<body>
<div id="root">${bodies.join('\n')}{% endif %}</div>
<script type="application/json" id="boot">{{ boot }}</script>
{% if script %}<script type="module" src="{{ script }}"></script>{% endif %}
</body>
</html>
`;
}
