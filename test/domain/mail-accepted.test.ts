import { describe, expect, test } from 'vitest';
import { judge, toldFor } from '#domain/judge-recipient.ts';
import { accepted, claimSending, failed, refused, suppressed, type ToldRow } from '#domain/mailing.ts';
import { type Recipient, unsubscribed } from '#domain/recipient.ts';
import { day } from '#domain/time.ts';
import {
  anyGpu,
  at,
  exactH100,
  h100Key,
  openSince,
  owing,
  recipientWith,
  rtxKey,
  standingOf,
  watch,
  windowRow,
  withTold,
} from './given.ts';

const told = (watchId: string, changes: Partial<ToldRow> = {}): ToldRow => ({
  watchId,
  offer: h100Key,
  openedAt: at(0),
  open: true,
  ...changes,
});
const keyOf = (watchId: string) => `${watchId} ${h100Key}`;
/** The mail of minute 5 that said this. */
const onceMailed = (recipient: Recipient, ...rows: ToldRow[]) =>
  accepted(recipient, { rowKeys: rows.map(({ watchId }) => keyOf(watchId)), told: rows, writtenAt: at(5) });

const once = owing(recipientWith(watch('w', exactH100)), 'w');

describe('an accepted mail', () => {
  test('its rows are no longer owed, and the claim, the failures and the refusals are over', () => {
    const trouble = refused(failed(once, 'throttled', at(0)), 'not verified', at(1));
    const next = onceMailed(claimSending(trouble, 'm', at(4)), told('w'));
    expect(next.owed).toEqual({});
    expect(next).not.toHaveProperty('sending');
    expect(next).not.toHaveProperty('failure');
    expect(next).not.toHaveProperty('undeliverable');
  });

  test('what was not in it is still owed', () => {
    const both = owing(recipientWith(watch('w', exactH100), watch('v', anyGpu)), 'w', 'v');
    expect(onceMailed(both, told('w')).owed).toEqual({ [keyOf('v')]: windowRow('v', at(0)) });
  });

  test('what fired before its watch ran out is still owed, whatever else was told', () => {
    const ranOut = judge(
      owing(recipientWith(watch('w', exactH100, { expiresAt: at(1) }), watch('v', anyGpu)), 'w', 'v'),
      [],
      at(2),
    );
    expect(Object.keys(onceMailed(ranOut.recipient, told('v')).owed).toSorted()).toEqual(
      ['w expired', keyOf('w')].toSorted(),
    );
  });

  test('counts towards the hourly limit; older ones than an hour do not any more', () => {
    const next = onceMailed({ ...once, mailedAt: [at(-55), at(-54), at(-60)] }, told('w'));
    expect(next.mailedAt).toEqual([at(-54), at(5)]);
  });

  test('an expired line is owed no more and changes no watch', () => {
    const { recipient } = judge(recipientWith(watch('w', exactH100, { expiresAt: at(1) })), [], at(2));
    const next = accepted(recipient, { rowKeys: Object.keys(recipient.owed), told: [], writtenAt: at(5) });
    expect(next.owed).toEqual({});
    expect(next.watches).toEqual(recipient.watches);
  });

  test('an address that was suppressed meanwhile stays suppressed', () => {
    const next = onceMailed(suppressed(claimSending(once, 'm', at(4)), 'complained', at(4)), told('w'));
    expect(next.undeliverable).toEqual({ because: 'complained', since: at(4) });
    expect(next.owed).toEqual({});
  });
});

describe('once: one mail, then done', () => {
  test('told as open: done, at the time of the mail', () => {
    const next = onceMailed(once, told('w'));
    expect(next.watches.w?.standing).toEqual({ state: 'done', at: at(5) });
    expect(next.watches.w?.told).toEqual({ [h100Key]: { openedAt: at(0), mailedAt: at(5) } });
  });
  test('told as closed: an every watch has no quiet time, told as open it has', () => {
    const every = owing(recipientWith(watch('w', exactH100, { notify: 'every' })), 'w');
    const firedAfter = (open: boolean) => judge(onceMailed(every, told('w', { open })), [openSince(6)], at(6)).fired;
    expect(firedAfter(true)).toEqual([]);
    expect(firedAfter(false)).toEqual([windowRow('w', at(6))]);
  });

  test('told as closed: left armed, and that window is told', () => {
    const next = onceMailed(once, told('w', { open: false }));
    expect(standingOf(next, 'w')).toBe('armed');
    expect(judge(next, [openSince(0)], at(6)).fired).toEqual([]);
    expect(judge(next, [openSince(3)], at(6)).fired).toHaveLength(1);
  });
  test('of two offers one is still open: done', () => {
    const any = recipientWith(watch('w', anyGpu));
    expect(standingOf(onceMailed(any, told('w', { open: false }), told('w', { offer: rtxKey })), 'w')).toBe('done');
  });
  test('nothing more is told to it, whatever fired while its mail was on its way', () => {
    const fired = { ...once, owed: { ...once.owed, elsewhere: windowRow('w', at(1), rtxKey) } };
    expect(onceMailed(fired, told('w')).owed).toEqual({});
    expect(onceMailed(fired, told('w', { open: false })).owed).toEqual({ elsewhere: windowRow('w', at(1), rtxKey) });
  });
  test('that it ran out meanwhile is another fact', () => {
    const expired = { kind: 'expired', watchId: 'w', owedAt: at(1) } as const;
    expect(onceMailed({ ...once, owed: { ...once.owed, expired } }, told('w')).owed).toEqual({ expired });
  });
  test('every is never done', () => {
    const every = owing(recipientWith(watch('w', exactH100, { notify: 'every' })), 'w');
    expect(standingOf(onceMailed(every, told('w')), 'w')).toBe('armed');
  });
  test('one that ended while the mail was on its way stays ended', () => {
    const ended = unsubscribed(once, ['w'], at(4));
    expect(onceMailed(ended, told('w')).watches.w?.standing).toEqual(ended.watches.w?.standing);
  });
  test('one that its source took away meanwhile is not brought back', () => {
    const gone = { ...once, watches: {} };
    expect(onceMailed(gone, told('w')).watches).toEqual({});
  });
});

describe('the same wish in two sources is told once', () => {
  const twins = recipientWith(
    watch('config', exactH100),
    watch('account', exactH100, { source: 'account' }),
    watch('every', exactH100, { notify: 'every' }),
    watch('eight', { ...exactH100, gpus: 8 }),
  );
  const next = onceMailed(owing(twins, 'config', 'eight'), told('config'));

  test('every watch with the same wish has been told, and the once ones are done', () => {
    expect(['config', 'account', 'every', 'eight'].map((id) => standingOf(next, id))).toEqual([
      ...['done', 'done', 'armed', 'armed'],
    ]);
    for (const id of ['account', 'every']) expect(next.watches[id]?.told).toEqual(next.watches.config?.told);
    expect(next.watches.eight).toBe(twins.watches.eight);
    expect(Object.keys(next.owed)).toEqual([keyOf('eight')]);
  });

  test('a twin that came while the mail was on its way is not told the same window again', () => {
    expect(onceMailed(owing(twins, 'config', 'account', 'every', 'eight'), told('config')).owed).toEqual({
      [keyOf('eight')]: windowRow('eight', at(0)),
    });
  });

  test('what the mail did not tell stays owed to the twin: another offer, a later window, another fact', () => {
    const owed = {
      ...owing(twins, 'config').owed,
      later: windowRow('every', at(1)),
      elsewhere: windowRow('every', at(0), rtxKey),
      expired: { kind: 'expired', watchId: 'account', owedAt: at(0) } as const,
    };
    expect(Object.keys(onceMailed({ ...twins, owed }, told('config')).owed)).toEqual(['later', 'elsewhere', 'expired']);
  });
});

describe('what was told is remembered', () => {
  test('per offer; a newer window takes the place of the older one', () => {
    const every = recipientWith(watch('w', anyGpu, { notify: 'every' }));
    const before = withTold(withTold(every, 'w', h100Key, { openedAt: at(-900), mailedAt: at(-899) }), 'w', rtxKey, {
      openedAt: at(-900),
      mailedAt: at(-899),
    });
    const next = onceMailed(before, told('w'));
    expect(toldFor(next, watch('w', anyGpu), h100Key)).toEqual({ openedAt: at(0), mailedAt: at(5) });
    expect(toldFor(next, watch('w', anyGpu), rtxKey)).toEqual({ openedAt: at(-900), mailedAt: at(-899) });
  });

  test('of the last 1,000 offers, which bounds the item', () => {
    const every = recipientWith(watch('w', anyGpu, { notify: 'every' }));
    const past = { openedAt: at(-9), mailedAt: at(-9) };
    const older = Array.from({ length: 999 }, (_, index) => `r/c${index}`).reduce(
      (so, offer) => withTold(so, 'w', offer, past),
      withTold(every, 'w', 'r/oldest', { openedAt: at(-10), mailedAt: at(-10) }),
    );
    const remembered = Object.keys(onceMailed(older, told('w')).watches.w?.told ?? {});
    expect(remembered).toHaveLength(1000);
    expect(remembered).toContain(h100Key);
    expect(remembered).not.toContain('r/oldest');
  });

  test('however long ago: a window that stays open for a hundred days is not told again', () => {
    const every = recipientWith(watch('w', anyGpu, { notify: 'every' }));
    const longAgo = withTold(every, 'w', rtxKey, { openedAt: at(0) - 100 * day, mailedAt: at(0) - 100 * day });
    expect(onceMailed(longAgo, told('w')).watches.w?.told).toHaveProperty([rtxKey]);
  });
});
