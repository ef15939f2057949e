import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { RuntimeCase } from '#domain/guardrails/runtime-case.ts';
import { day, hour, minute } from '#domain/time.ts';
import { startTable, type Table } from '#local/engines/table.ts';
import { complaint, type Misfortune, mailboxFull, permanent, rejection, sesEvent } from '#local/ses-events.ts';
import { addressOf, type Bench, idOf, mailTo, now, startBench, warned } from './bench.ts';

let engine: Table;
let bench: Bench;
beforeAll(async () => {
  engine = await startTable();
});
afterAll(() => engine.close());

const r1 = warned('r1', 'm1', ['ada', 'team', 'operator']);
const r2 = warned('r2', 'm1', ['ada', 'team', 'operator']);
/** Ada's, too, warned of in a mail of its own. */
const r3 = warned('r3', 'm0', ['ada', 'team', 'operator']);
const r4 = warned('r4', 'm4', ['bob', 'operator']);

/** Ada was warned of two runtimes in the mail m1, and of another one before; Bob of his own. */
const seed = async (): Promise<void> => {
  for (const kase of [r1, r2, r3, r4]) await bench.seedCase(kase);
  for (const name of ['ada', 'bob', 'operator']) await bench.seedRecipient(name);
  await bench.seedRecord('ada', 'm1', [r1, r2]);
};
beforeEach(async () => {
  bench = await startBench(engine.endpoint);
  await seed();
});
afterEach(() => bench.close());

const warnedStill = async (): Promise<string[]> => {
  const all: (RuntimeCase | undefined)[] = await Promise.all(['r1', 'r2', 'r3', 'r4'].map(bench.caseOf));
  return all.flatMap((kase) => (kase?.episode?.last === undefined ? [] : [kase.id]));
};
const toAda = (what: Misfortune, mailId = 'm1') => sesEvent(mailTo('ada', mailId), what);

describe('a warning that came back', () => {
  test.each([
    ['a permanent bounce', permanent],
    ['a complaint', complaint],
  ])('%s: no warning to the address counts, nothing more is sent to it, and the operator is told', async (_, what) => {
    expect(await bench.note(toAda(what))).toBeUndefined();
    expect(await warnedStill()).toEqual(['r4']);
    const { undeliverable } = (await bench.recipient('ada')) ?? {};
    expect(undeliverable).toEqual({ because: expect.any(String), since: now });
    const told = { key: `suppressed#${idOf('ada')}`, kind: 'suppressed', about: addressOf('ada'), told: [] };
    expect(await bench.troubles()).toEqual([{ ...told, because: undeliverable?.because, since: now }]);
    expect(bench.named('address-suppressed')).toHaveLength(1);
    expect(bench.named('warnings-voided').map(({ runtimeId }) => runtimeId)).toEqual(['r1', 'r2', 'r3']);
  });

  test.each([
    ['a transient bounce', mailboxFull],
    ['a rejection', rejection],
  ])('%s: it does not count; the address is still written to', async (_, what) => {
    expect(await bench.note(toAda(what))).toBeUndefined();
    expect(await warnedStill()).toEqual(['r3', 'r4']);
    expect(await bench.recipient('ada')).not.toHaveProperty('undeliverable');
    // Whoever is next is warned: nobody has to be told.
    expect(await bench.troubles()).toEqual([]);
  });

  test('what it named is a promise all the same, and the next warning is a fresh one to somebody else', async () => {
    await bench.note(toAda(mailboxFull));
    const kase = await bench.caseOf('r1');
    expect(kase?.named).toBe(r1.named);
    expect(kase?.episode).toEqual({
      id: 'e-r1',
      since: r1.episode?.since,
      voided: { at: now, because: 'its warning came back' },
      returned: [{ mailId: 'm1', recipientId: idOf('ada'), at: now }],
    });
  });

  test.each([
    ['that a reader calls no spam', { eventType: 'Complaint', feedback: 'not-spam' } as const],
    ['that was delivered', undefined],
  ])('one %s changes nothing', async (_, what) => {
    const before = await bench.dump();
    const event = what === undefined ? { detail: { eventType: 'Delivery' } } : toAda(what);
    expect(await bench.note(event)).toBeUndefined();
    expect(await bench.dump()).toEqual(before);
    expect(bench.events).toEqual([]);
  });

  const gone = { state: 'gone', at: now } as const;
  const entry = { id: 'x', at: now, act: 'delete-asked', who: { kind: 'others' }, because: 'idle' } as const;
  const deleting = { state: 'deleting', since: now, intentAt: now, asks: 1, entry, to: [] } as const;
  test.each([
    ['is being deleted', deleting],
    ['is gone', gone],
  ])('about a runtime that %s: nothing changes there', async (_, deletion) => {
    await bench.seedCase({ ...r1, deletion });
    expect(await bench.note(toAda(permanent))).toBeUndefined();
    expect(await bench.caseOf('r1')).toEqual({ ...r1, deletion });
    expect((await bench.caseOf('r2'))?.episode).not.toHaveProperty('last');
  });

  test('about runtimes of which nothing is known any more', async () => {
    await bench.seedRecord('ada', 'm9', [warned('r9', 'm9', ['ada'])]);
    const before = await bench.dump();
    expect(await bench.note(toAda(mailboxFull, 'm9'))).toBeUndefined();
    expect(await bench.dump()).toEqual(before);
  });
});

describe('an event', () => {
  test.each([
    ['permanent', permanent],
    ['transient', mailboxFull],
    ['complaint', complaint],
    ['rejection', rejection],
  ])('that comes twice, and once more a week later: %s', async (_, what) => {
    await bench.note(toAda(what));
    const once = await bench.dump();
    expect(await bench.note(toAda(what))).toBeUndefined();
    bench.clock.now += 8 * day;
    expect(await bench.note(toAda(what))).toBeUndefined();
    expect(await bench.dump()).toEqual(once);
    expect(bench.named('address-suppressed').length).toBeLessThanOrEqual(1);
  });

  test('about the same mail, in any order: the address stays suppressed, and one trouble is told', async () => {
    for (const what of [mailboxFull, complaint, permanent, mailboxFull, rejection]) await bench.note(toAda(what));
    expect((await bench.recipient('ada'))?.undeliverable?.because).toContain('spam');
    expect(await bench.troubles()).toHaveLength(1);
  });

  test('about a mail or a person that nobody here knows changes nothing', async () => {
    const before = await bench.dump();
    for (const what of [permanent, mailboxFull, complaint, rejection]) {
      expect(await bench.note(sesEvent(mailTo('stranger', 'm77'), what))).toBeUndefined();
    }
    expect(await bench.dump()).toEqual(before);
  });

  test('that is not understood fails, without a word of what stands in it, and changes nothing', async () => {
    const before = await bench.dump();
    const { detail, ...envelope } = toAda(permanent);
    const failure = await bench.note({ ...envelope, detail: { ...detail, mail: {} } });
    expect(String(failure)).toMatch(/^MailEventNotUnderstoodError/);
    expect(String(failure)).not.toMatch(/ada|@/);
    expect(await bench.dump()).toEqual(before);
  });

  test('of any kind tells no address in what is logged', async () => {
    for (const what of [permanent, mailboxFull, complaint, rejection]) await bench.note(toAda(what));
    await bench.note(sesEvent(mailTo('operator', 'm5', 'trouble'), permanent));
    expect(bench.events.length).toBeGreaterThan(5);
    expect(JSON.stringify(bench.events)).not.toMatch(/@|example/);
  });
});

describe('the operator', () => {
  test('whose own address takes no mail can be told by an alarm alone', async () => {
    const event = sesEvent(mailTo('operator', 'm5', 'daily'), permanent);
    expect(await bench.note(event)).toBeUndefined();
    expect(bench.named('operator-suppressed')).toEqual([
      { event: 'operator-suppressed', recipientId: idOf('operator'), because: expect.stringContaining('Permanent') },
    ]);
    expect(await bench.troubles()).toEqual([]);
  });

  test('is not called suppressed for a mail that came back once', async () => {
    await bench.note(sesEvent(mailTo('operator', 'm5', 'daily'), mailboxFull));
    expect(bench.events.map(({ event }) => event)).toEqual(['mail-returned']);
    expect(await bench.troubles()).toEqual([]);
  });

  test('is told once of a mail about a deletion that came back: nobody else is sent it', async () => {
    await bench.note(sesEvent(mailTo('bob', 'm6', 'deleted'), mailboxFull));
    await bench.note(sesEvent(mailTo('bob', 'm7', 'deleted'), mailboxFull));
    expect(await bench.troubles()).toMatchObject([
      {
        kind: 'mail-returned',
        about: addressOf('bob'),
        because: expect.stringMatching(/MailboxFull.*told of a deletion/),
      },
    ]);
  });
});

describe('a mail that asked an address', () => {
  test('and came back for now is told to the operator as what it was', async () => {
    await bench.seedRecipient('bob', {});
    await bench.note(sesEvent(mailTo('bob', 'm8', 'confirmation'), mailboxFull));
    expect(await bench.troubles()).toMatchObject([
      {
        kind: 'mail-returned',
        about: addressOf('bob'),
        because: expect.stringMatching(/MailboxFull.*it asked whether/),
      },
    ]);
  });

  test('and came back for good ends writing there: it is not asked again', async () => {
    await bench.seedRecipient('bob', {});
    await bench.note(sesEvent(mailTo('bob', 'm9', 'confirmation'), permanent));
    expect(await bench.troubles()).toMatchObject([{ kind: 'suppressed', about: addressOf('bob') }]);
  });
});

describe('somebody said that the address takes mail again', () => {
  beforeEach(() => bench.seedRecipient('ada', { takesMailSince: now }));

  test('what comes back of an earlier mail ends its warnings, and nothing else', async () => {
    await bench.note(toAda(permanent));
    expect(await warnedStill()).toEqual(['r3', 'r4']);
    expect(await bench.recipient('ada')).not.toHaveProperty('undeliverable');
    expect(await bench.troubles()).toEqual([]);
  });

  test('what comes back of a later mail ends writing to it again', async () => {
    const later = { ...mailTo('ada', 'm1'), sentAt: now + hour };
    bench.clock.now = now + hour + minute;
    await bench.note(sesEvent(later, permanent));
    expect((await bench.recipient('ada'))?.undeliverable).toMatchObject({ since: now + hour + minute });
  });
});
