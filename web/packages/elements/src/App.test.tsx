import type { State } from '@countersign/core';
import { describe, expect, test, vi } from 'vitest';
import {
  answers,
  awake,
  DAY,
  field,
  find,
  pass,
  press,
  root,
  SECOND,
  sent,
  told,
  type,
  wake,
} from './woken.tsx';

describe('a code', () => {
  test('is sent by itself, once for each value', async () => {
    await awake('step=code');
    await type('12345');
    expect(sent()).toEqual([]);
    await type('123 456');
    await type('123456');
    expect(sent()).toEqual(['/v/s0/check code=123456']);
    await type('654321');
    expect(sent()).toEqual(['/v/s0/check code=123456', '/v/s0/check code=654321']);
  });

  test('is held still while it is checked, and not sent again', async () => {
    let answer = (_: Partial<State>) => {};
    answers.mockImplementation(
      () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    );
    await awake('step=code');
    await type('123456');
    expect(field().readOnly).toBe(true);
    expect(field().getAttribute('aria-busy')).toBe('true');
    await press('#check button[type=submit]');
    expect(sent()).toHaveLength(1);
    expect(find('#check .btn').getAttribute('aria-busy')).toBe('false');
    await pass(300);
    expect(find('#check .btn').getAttribute('aria-busy')).toBe('true');
    answer({});
    await pass(0);
    expect(field().readOnly).toBe(false);
  });

  test('that was wrong costs no second attempt when it comes again', async () => {
    await awake('step=code');
    answers.mockResolvedValueOnce({ error: 'err.wrong_code', field: 'code', left: 3 });
    await type('123456');
    await type('1');
    await type('123456');
    expect(sent()).toHaveLength(1);
    await press('#check button[type=submit]');
    expect(sent()).toHaveLength(2);
  });

  test('stays when it is not the code that is wrong', async () => {
    await awake('step=code');
    answers.mockResolvedValueOnce({ error: 'err.rate_limited' });
    await type('123456');
    expect(field().value).toBe('123456');
  });

  test('is sent by itself again when its answer was lost', async () => {
    await awake('step=code');
    answers.mockRejectedValueOnce(new TypeError('network'));
    await type('123456');
    await type('123456');
    expect(sent()).toHaveLength(2);
  });

  test('that is empty does not hide what was wrong with the last one', async () => {
    const { t } = await awake('step=code');
    answers.mockResolvedValueOnce({ error: 'err.wrong_code', field: 'code', left: 2 });
    await type('123456');
    await press('#check button[type=submit]');
    expect(sent()).toHaveLength(1);
    expect(find('[role=alert]').textContent).toBe(t('err.wrong_code', { n: 2 }));
  });

  test('that is wrong goes away, with words and the field ready', async () => {
    const { t } = await awake('step=code');
    answers.mockResolvedValue({ error: 'err.wrong_code', field: 'code', left: 3 });
    await type('123456');
    expect(field().value).toBe('');
    expect(document.activeElement).toBe(field());
    expect(find('[role=alert]').textContent).toBe(t('err.wrong_code', { n: 3 }));
    expect(field().getAttribute('aria-invalid')).toBe('true');
  });

  test('that was typed before the script came is kept', async () => {
    const page = await wake('step=code');
    field().value = '123';
    const before = field();
    await page.wakeUp('123');
    expect(field()).toBe(before);
    expect(field().value).toBe('123');
  });

  test('comes from the clipboard where that is allowed', async () => {
    const readText = vi.fn(async () => 'Your code is 123456.');
    vi.stubGlobal('navigator', { onLine: true, clipboard: { readText } });
    await awake('step=code');
    await press('.chip');
    expect(sent()).toEqual(['/v/s0/check code=123456']);
  });

  test('is typed where the clipboard is refused', async () => {
    const readText = vi.fn(async () => Promise.reject(new Error('denied')));
    vi.stubGlobal('navigator', { onLine: true, clipboard: { readText } });
    await awake('step=code');
    await press('.chip');
    expect(document.activeElement).toBe(field());
    expect(sent()).toEqual([]);
  });

  test('is not offered from a clipboard that cannot be read', async () => {
    vi.stubGlobal('navigator', { onLine: true });
    await awake('step=code');
    expect(root.querySelector('.chip')).toBeNull();
  });
});

describe('the time left', () => {
  test.each([0, DAY, -DAY])('is that of the server, on a clock wrong by %d ms', async (wrong) => {
    await awake('step=code', undefined, wrong);
    expect(find('.exp bdi').textContent).toBe('9:41');
    await pass(41 * SECOND);
    expect(find('.exp bdi').textContent).toBe('9:00');
  });

  test('is told aloud at whole minutes, half a minute, ten seconds and the end', async () => {
    await awake('step=code', (state) => {
      state.expiresAt = 1_800_000_000_000 + 125 * SECOND;
    });
    const words: string[] = [];
    for (let second = 0; second < 130; second += 1) {
      await pass(SECOND - 20);
      const word = find('p.vh[role=status]').textContent ?? '';
      if (word !== (words.at(-1) ?? '')) words.push(word);
    }
    expect(words).toEqual([
      '2 minutes left',
      '1 minute left',
      '30 seconds left',
      '10 seconds left',
      'The code has expired.',
    ]);
  });
});

test('another message cannot be asked for before its time, which is part of the name', async () => {
  const { t } = await awake('step=code');
  await told({});
  const button = find('#resend button');
  expect(button.getAttribute('aria-disabled')).toBe('true');
  expect(button.textContent).toContain('0:24');
  await press('#resend button');
  expect(sent()).toEqual([]);
  await pass(24 * SECOND);
  expect(find('#resend button').getAttribute('aria-disabled')).toBe('false');
  await press('#resend button');
  expect(sent()).toEqual(['/v/s0/resend ']);
  expect(find('p.vh[role=status]').textContent).toBe(t('ui.sent_again'));
  expect(find('.alt .lead').textContent).toBe(t('ui.sent_again'));
});

test('a start that was heard is followed by a new intention, one that failed by the same', async () => {
  await awake('step=expired');
  const once = () => find<HTMLInputElement>('#restart input[name=once]').value;
  const first = once();
  answers.mockResolvedValueOnce({ error: 'err.rate_limited' });
  await press('#restart button');
  expect(once()).toBe(first);
  await press('#restart button');
  expect(once()).not.toBe(first);
  expect(sent()[1]).toBe(`/v/s0/restart once=${first}`);
});

describe('the next step', () => {
  test('that asks for a code has the field ready', async () => {
    const { t, boot } = await awake('step=expired');
    await told({ step: 'code', expiresAt: boot.now + 60 * SECOND });
    expect(document.activeElement).toBe(field());
    expect(document.title).toBe(`${t('ui.title.code')} · ${boot.brand.name}`);
  });

  test('that asks for nothing is read from its heading', async () => {
    const { t, boot } = await awake('step=code');
    await told({ step: 'expired' });
    expect(document.activeElement).toBe(find('h1'));
    expect(document.title).toBe(`${t('ui.title.expired')} · ${boot.brand.name}`);
  });

  test('has the focus as soon as it is there, on a page that is not painted as well', async () => {
    await awake('step=code');
    const paint = vi.spyOn(globalThis, 'requestAnimationFrame').mockReturnValue(0);
    await told({ step: 'expired' });
    expect(document.activeElement).toBe(find('h1'));
    paint.mockRestore();
    await pass(100);
  });

  test('leads back within two seconds when the number is proved', async () => {
    const went = vi.fn();
    vi.spyOn(location, 'assign').mockImplementation(went);
    vi.spyOn(location, 'replace').mockImplementation(went);
    await awake('step=code');
    await told({ step: 'done', redirect: 'https://lumen.example/back' });
    expect(went).not.toHaveBeenCalled();
    await pass(2 * SECOND);
    expect(went).toHaveBeenCalledExactlyOnceWith('https://lumen.example/back');
  });
});

test('choosing a language sends the form with what is typed', async () => {
  await awake('step=phone');
  await type('151 1', '#phone');
  const form = find<HTMLFormElement>('#send');
  const wentTo: string[] = [];
  vi.spyOn(form, 'submit').mockImplementation(() => {
    wentTo.push(new URL(form.action, 'http://x').pathname);
  });
  const select = find<HTMLSelectElement>('select[name=lang]');
  select.value = 'fr';
  select.dispatchEvent(new Event('change', { bubbles: true }));
  expect(wentTo).toEqual(['/v/s0/lang']);
  expect(new URL(form.action, 'http://x').pathname).toBe('/v/s0/send');
  expect(find<HTMLInputElement>('#phone').value).toBe('151 1');
});

test('a calling code that is typed chooses the country', async () => {
  await awake('step=phone');
  await type('+5511987654321', '#phone');
  expect(find<HTMLSelectElement>('#country').value).toBe('BR');
  expect(find<HTMLInputElement>('#phone').value).toBe('11987654321');
});

test.each(['step=phone', 'step=code', 'step=expired', 'step=gone'])(
  'there is one place for errors from the start: %s',
  async (query) => {
    await awake(query);
    expect(root.querySelectorAll('[role=alert]')).toHaveLength(1);
  },
);

test('a state that is told while a form is out is not lost with its answer', async () => {
  await awake('step=code');
  let lose = () => {};
  answers.mockImplementationOnce(
    () =>
      new Promise((_, reject) => {
        lose = () => reject(new TypeError('network'));
      }),
  );
  await type('123456');
  await told({ step: 'done' });
  expect(find('main').dataset.step).toBe('code');
  answers.mockResolvedValue({ step: 'done' });
  lose();
  await pass(0);
  expect(find('main').dataset.step).toBe('done');
});

/** Holds back the answers to one address until they are let go. */
function held(path: string) {
  const waiting: (() => void)[] = [];
  const answer = fetch;
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    const response = await answer(url, init);
    if (!url.endsWith(path)) return response;
    return new Promise((resolve) => waiting.push(() => resolve(response)));
  });
  return async () => {
    for (const go of waiting) go();
    await pass(0);
  };
}

test('a state that overtakes the answer to a form is not taken back by it', async () => {
  await awake('step=code');
  const go = held('/check');
  await press('#check button[type=submit]');
  await told({ step: 'undeliverable' });
  answers.mockResolvedValue({ step: 'undeliverable' });
  await go();
  expect(find('main').dataset.step).toBe('undeliverable');
});

test('a look that comes late takes nothing back', async () => {
  vi.spyOn(location, 'replace').mockImplementation(() => {});
  await awake('step=code');
  await told({});
  const go = held('/status');
  document.dispatchEvent(new Event('visibilitychange'));
  await pass(0);
  expect(sent()).toEqual(['/v/s0/status ']);
  answers.mockResolvedValue({ step: 'done', redirect: 'https://lumen.example/back' });
  await type('123456');
  expect(find('main').dataset.step).toBe('done');
  await go();
  expect(find('main').dataset.step).toBe('done');
});

test('a second message that came too late is not said to be on its way', async () => {
  await awake('step=code&waited=1');
  answers.mockResolvedValueOnce({ step: 'expired' });
  await press('#resend button');
  expect(find('p.vh[role=status]').textContent).toBe('');
});

test('without a network it is the network that is told, once', async () => {
  const { t } = await awake('step=code');
  vi.stubGlobal('navigator', { onLine: false });
  window.dispatchEvent(new Event('offline'));
  await pass(0);
  answers.mockRejectedValueOnce(new TypeError('network'));
  await type('123456');
  expect(find('.offline').textContent).toBe(t('ui.offline'));
  expect(find('[role=alert]').textContent).toBe('');
});

test('a page that must ask for a number is loaded anew, and shows nothing in between', async () => {
  const reload = vi.spyOn(location, 'reload').mockImplementation(() => {});
  await awake('step=code');
  await told({ step: 'phone' });
  expect(reload).toHaveBeenCalledOnce();
  expect(find('main').dataset.step).toBe('code');
});

test('a page that hears nothing when the time is over asks once', async () => {
  await awake('step=code', (state) => {
    state.expiresAt = 1_800_000_000_000 + 10 * SECOND;
  });
  await told({});
  await pass(9 * SECOND);
  expect(sent()).toEqual([]);
  answers.mockResolvedValueOnce({ step: 'expired' });
  await pass(3 * SECOND);
  expect(sent()).toEqual(['/v/s0/status ']);
  expect(find('main').dataset.step).toBe('expired');
});

test('an answer that is lost is said, and the page goes on', async () => {
  const { t } = await awake('step=code');
  answers.mockRejectedValueOnce(new TypeError('network'));
  await type('123456');
  expect(find('[role=alert]').textContent).toBe(t('err.server'));
  await told({ step: 'done' });
  expect(find('main').dataset.step).toBe('done');
});
