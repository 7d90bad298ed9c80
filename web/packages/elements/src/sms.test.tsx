import { render } from 'preact';
import { describe, expect, test, vi } from 'vitest';
import { answers, awake, field, find, pass, press, root, SECOND, sent, told } from './woken.tsx';

const BOTH = 'step=code&other=sms';

describe('a code that falls back to SMS', () => {
  test('says so where it is read aloud, and where it is now', async () => {
    const { t } = await awake(BOTH);
    const status = find('h1 + [role=status]');
    expect([status.getAttribute('role'), status.textContent]).toEqual(['status', '']);
    await told({ channel: 'sms', otherChannel: 'whatsapp', fellBack: 'ui.sms.fell.sms' });
    expect(find('h1 + [role=status]')).toBe(status);
    expect(status.textContent).toBe(t('ui.sms.fell.sms'));
    expect(find('p.vh[role=status]').textContent).toBe('');
    expect(find('.lead').textContent).toBe(t('ui.sms.sent'));
    expect(find('.peek').textContent).toContain('Lumen & Söhne');
  });

  test('keeps what was typed, and the place where it is typed', async () => {
    await awake(BOTH);
    field().focus();
    await told({ channel: 'sms', otherChannel: 'whatsapp', fellBack: 'ui.sms.fell.sms' });
    expect(document.activeElement).toBe(field());
    expect(sent()).toEqual([]);
  });
});

describe('the other channel', () => {
  test('is asked for in the form of the number', async () => {
    await awake('step=phone&other=sms&message=1');
    await press('#send .btn');
    await press('button[name=channel]');
    expect(sent()[0]).not.toContain('channel');
    expect(sent()[1]).toMatch(/&channel=sms$/);
  });

  test('is asked for in the place of another message, after the same wait', async () => {
    const { t } = await awake(BOTH);
    await told({});
    expect(find('button[name=channel]').getAttribute('aria-disabled')).toBe('true');
    await press('button[name=channel]');
    expect(sent()).toEqual([]);
    await pass(24 * SECOND);
    await press('button[name=channel]');
    expect(sent()).toEqual(['/v/s0/resend channel=sms']);
    expect(find('p.vh[role=status]').textContent).toBe(t('ui.sent_again'));
  });

  test('is not the one that another message goes by', async () => {
    await awake('step=code&other=sms&waited=1');
    await press('#resend button');
    expect(sent()).toEqual(['/v/s0/resend ']);
  });

  test('shows that its own button is busy, and not the first', async () => {
    answers.mockImplementation(() => new Promise(() => {}));
    await awake('step=phone&other=sms');
    await press('button[name=channel]');
    expect(find('button[name=channel]').getAttribute('aria-busy')).toBe('true');
    expect(find('#send .btn').getAttribute('aria-busy')).toBe('false');
  });

  test('is tried where nothing arrived, as a new intention', async () => {
    await awake('step=undeliverable&channel=sms&lost=sms&other=whatsapp');
    await press('button[name=channel]');
    expect(sent()).toEqual([`/v/s0/restart once=${'0'.repeat(26)}&channel=whatsapp`]);
  });

  test('is nowhere on the page of a tenant that has one', async () => {
    for (const step of ['phone', 'code', 'undeliverable']) {
      await awake(`step=${step}`);
      expect(root.querySelector('[name=channel], h1 + [role=status]')).toBeNull();
      render(null, root);
    }
  });
});

describe('a browser that reads text messages for the page', () => {
  type Answer = (credential: { code: string }) => void;
  const get = vi.fn<(request: { signal: AbortSignal }) => Promise<unknown>>();
  const asked = () => get.mock.calls.map(([{ signal }]) => signal.aborted);

  function readsMessages(): { bring: Answer } {
    const phone: { bring: Answer } = { bring: () => {} };
    get.mockReset();
    get.mockImplementation(
      () =>
        new Promise((resolve) => {
          phone.bring = resolve;
        }),
    );
    vi.stubGlobal('OTPCredential', class {});
    vi.stubGlobal('navigator', { onLine: true, credentials: { get } });
    return phone;
  }

  test('fills in the code and sends it', async () => {
    const phone = readsMessages();
    await awake('step=code&channel=sms');
    phone.bring({ code: '123456' });
    await pass(0);
    expect(field().value).toBe('123456');
    expect(sent()).toEqual(['/v/s0/check code=123456']);
  });

  test('is asked once, and asked anew after another message', async () => {
    readsMessages();
    const { boot } = await awake('step=code&channel=sms&waited=1');
    await told({});
    expect(asked()).toEqual([false]);
    answers.mockResolvedValueOnce({ resendAt: boot.now + 60 * SECOND });
    await press('#resend button');
    expect(asked()).toEqual([true, false]);
  });

  test('is asked as soon as the code falls back, and not before', async () => {
    readsMessages();
    await awake(BOTH);
    expect(asked()).toEqual([]);
    await told({ channel: 'sms', otherChannel: 'whatsapp', fellBack: 'ui.sms.fell.sms' });
    expect(asked()).toEqual([false]);
  });

  test('is asked no longer when the step is over', async () => {
    readsMessages();
    await awake('step=code&channel=sms');
    await told({ step: 'done' });
    expect(asked()).toEqual([true]);
  });

  test('is asked no longer when the page goes away', async () => {
    readsMessages();
    await awake('step=code&channel=sms');
    render(null, root);
    expect(asked()).toEqual([true]);
  });
});
