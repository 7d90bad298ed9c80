import { describe, expect, test, vi } from 'vitest';
import {
  answers,
  awake,
  field,
  find,
  pass,
  press,
  root,
  SECOND,
  sent,
  told,
  type,
} from './woken.tsx';

describe('a message that the person sends', () => {
  test('is chosen by a button that the form names, with or without a number', async () => {
    await awake('step=phone&message=1');
    await type('', '#phone');
    const reload = vi.spyOn(location, 'reload').mockImplementation(() => {});
    answers.mockResolvedValueOnce({ step: 'message', method: 'message', to: null });
    await press('button[name=method]');
    const [request = ''] = sent();
    expect(request).toMatch(/^\/v\/s0\/send once=0+&.*&phone=&.*&method=message$/);
    expect(reload).toHaveBeenCalledOnce();
  });

  test('is not chosen by the button that sends a code', async () => {
    await awake('step=phone&message=1');
    await press('#send .btn');
    expect(sent()[0]).not.toContain('method');
  });

  test('shows that its own button is busy, and not the other', async () => {
    answers.mockImplementation(() => new Promise(() => {}));
    await awake('step=phone&message=1');
    await press('button[name=method]');
    expect(find('button[name=method]').getAttribute('aria-busy')).toBe('true');
    expect(find('#send .btn').getAttribute('aria-busy')).toBe('false');
  });

  test('leads to the answer that is typed, and from there to the end', async () => {
    const { t, boot } = await awake('step=message');
    await told({ step: 'confirm' });
    expect(document.activeElement).toBe(field());
    expect(document.title).toBe(`${t('ui.title.confirm')} · ${boot.brand.name}`);
    answers.mockResolvedValueOnce({ step: 'done' });
    await type('123456');
    expect(sent()).toEqual(['/v/s0/check code=123456']);
    expect(find('main').dataset.step).toBe('done');
  });

  test('that proves the number is told from the heading', async () => {
    await awake('step=message');
    await told({ step: 'done' });
    expect(document.activeElement).toBe(find('h1'));
  });

  test('is waited for while what came did not count, with words about it', async () => {
    const { t } = await awake('step=message');
    const notice = find('.note[role=alert]');
    expect(notice.textContent).toBe('');
    const sender = '+49 •••• •••••17';
    await told({ notice: 'ui.notice.wrong_number', sender });
    expect(find('.note[role=alert]')).toBe(notice);
    const whole = sender.replaceAll(' ', '\u00a0');
    expect(notice.textContent).toBe(t('ui.notice.wrong_number', { sender: whole }));
    expect(find('.wait').textContent).toContain(t('ui.message.waiting'));
  });

  test('is looked for as soon as the person is back from WhatsApp', async () => {
    await awake('step=message');
    await told({});
    answers.mockResolvedValueOnce({ step: 'confirm' });
    document.dispatchEvent(new Event('visibilitychange'));
    await pass(0);
    expect(sent()).toEqual(['/v/s0/status ']);
    expect(document.activeElement).toBe(field());
  });

  test('has a time, which is shown and told aloud, and after which the page asks', async () => {
    const { t } = await awake('step=message', (state) => {
      state.expiresAt = 1_800_000_000_000 + 12 * SECOND;
    });
    await told({});
    expect(find('.wait bdi').textContent).toBe('0:12');
    await pass(2 * SECOND);
    expect(find('p.vh[role=status]').textContent).toBe(t('ui.spoken.seconds', { n: 10 }));
    answers.mockResolvedValueOnce({ step: 'expired' });
    await pass(12 * SECOND);
    expect(sent()).toEqual(['/v/s0/status ']);
    expect(find('h1').textContent).toBe(t('ui.unsent.expired.heading'));
  });

  test('has a new picture for a new code', async () => {
    await awake('step=message');
    const before = find<HTMLImageElement>('.side img').src;
    await told({ token: 'CS-0000-0001' });
    expect(before).toContain('/v/s0/qr?t=CS-7Q4K-M2XD');
    expect(find<HTMLImageElement>('.side img').src).toContain('/v/s0/qr?t=CS-0000-0001');
  });

  test('opens beside the page, which stays', async () => {
    await awake('step=message');
    for (const link of root.querySelectorAll<HTMLAnchorElement>('a[href*="wa.me"]')) {
      expect([link.target, link.rel]).toEqual(['_blank', 'noopener']);
    }
    expect(root.querySelectorAll('a[href*="wa.me"]')).toHaveLength(2);
  });
});

test('what came before the end is said only where it was the end', async () => {
  const { t } = await awake('step=message');
  await told({ step: 'expired', notice: 'ui.notice.wrong_number', sender: '+49 17' });
  expect(find('.lead').textContent).toBe(t('ui.unsent.expired.lead'));
  await told({ step: 'canceled', notice: 'ui.notice.denied' });
  expect(find('.lead').textContent).toBe(t('ui.notice.denied'));
});

test.each([
  ['step=message&switch=1', 'code'],
  ['step=code&switch=1', 'message'],
])('%s can be left for the other method', async (query, method) => {
  await awake(query);
  await press('#switch button');
  expect(sent()).toEqual([`/v/s0/switch method=${method}`]);
});

test('an answer that is sent again is said to be on its way', async () => {
  const { t } = await awake('step=confirm&waited=1');
  await press('#resend button');
  expect(find('p.vh[role=status]').textContent).toBe(t('ui.sent_again'));
});
