import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { startTable, type Table } from '#local/engines/table.ts';
import { complaint, mailboxFull, permanent, sesEvent } from '#local/ses-events.ts';
import type { Passage } from '../guarding/gate.ts';
import { type Bench, mailTo, startBench, warned } from './bench.ts';

let engine: Table;
beforeAll(async () => {
  engine = await startTable();
});
afterAll(() => engine.close());

const cases = [warned('r1', 'm1', ['ada', 'operator']), warned('r2', 'm1', ['ada', 'operator'])];
const other = warned('r3', 'm0', ['ada', 'operator']);

const prepared = async (): Promise<Bench> => {
  const bench = await startBench(engine.endpoint);
  onTestFinished(() => bench.close());
  for (const kase of [...cases, other]) await bench.seedCase(kase);
  await bench.seedRecipient('ada');
  await bench.seedRecord('ada', 'm1', cases);
  return bench;
};

const isWrite = (body: string) => body.includes('ConditionExpression') && body.includes('"Item"');
const event = sesEvent(mailTo('ada', 'm1'), permanent);
/** Three cases, the recipient, the operator's desk. */
const writes = 5;

/** The n-th write meets this, and no other does; answers how many writes there were. */
const strikeNth = (bench: Bench, nth: number, passage: Passage) => {
  let seen = 0;
  bench.setGate((body) => {
    if (!isWrite(body)) return 'pass';
    seen += 1;
    return seen === nth ? passage : 'pass';
  });
  return () => seen;
};

const expected = async (): Promise<readonly string[]> => {
  const bench = await prepared();
  const count = strikeNth(bench, 0, 'pass');
  expect(await bench.note(event)).toBeUndefined();
  expect(count()).toBe(writes);
  return bench.dump();
};

const refusal: Passage = {
  status: 400,
  type: 'ValidationException',
  body: '{"__type":"com.amazon.coral.validate#ValidationException","message":"refused"}',
};

describe.each<[string, Passage]>([
  ['never reaches the table', 'drop-connection'],
  ['is refused', refusal],
  ['is made, and nobody hears of it', 'drop-answer'],
])('a write that %s', (_what, passage) => {
  test.each(Array.from({ length: writes }, (_, index) => index + 1))(
    'the %d. one: the run fails, everything else is done, and the next try mends it',
    async (nth) => {
      const whole = await expected();
      const bench = await prepared();
      strikeNth(bench, nth, passage);
      expect(String(await bench.note(event))).toMatch(/^AggregateError/);
      bench.setGate(() => 'pass');
      expect(await bench.note(event)).toBeUndefined();
      expect(await bench.dump()).toEqual(whole);
      expect(JSON.stringify(bench.events)).not.toMatch(/@/);
    },
  );
});

test('while the recipient cannot be written at all, the warnings do not count already', async () => {
  const bench = await prepared();
  bench.setGate((body) => (isWrite(body) && body.includes('recipient#') ? 'drop-connection' : 'pass'));
  expect(await bench.note(event)).toBeInstanceOf(AggregateError);
  expect((await bench.caseOf('r1'))?.episode).not.toHaveProperty('last');
  expect((await bench.caseOf('r2'))?.episode).not.toHaveProperty('last');
  expect(bench.named('part-failed').map(({ part }) => part)).toEqual(['recipient']);
});

test('while one runtime cannot be written, the others, the recipient and the operator are served', async () => {
  const bench = await prepared();
  bench.setGate((body) => (isWrite(body) && body.includes('prj-a/r1') ? 'drop-connection' : 'pass'));
  expect(await bench.note(event)).toBeInstanceOf(AggregateError);
  expect((await bench.caseOf('r1'))?.episode).toHaveProperty('last');
  expect((await bench.caseOf('r2'))?.episode).not.toHaveProperty('last');
  expect((await bench.caseOf('r3'))?.episode).not.toHaveProperty('last');
  expect((await bench.recipient('ada'))?.undeliverable).toBeDefined();
  expect(await bench.troubles()).toHaveLength(1);
});

test('others write the case at the same moment: what they wrote stays, and the warning does not count', async () => {
  const bench = await prepared();
  let met = false;
  bench.setGate(async (body): Promise<Passage> => {
    if (!met && isWrite(body) && body.includes('prj-a/r1')) {
      met = true;
      await bench.seedCase({ ...(cases[0] ?? other), name: 'renamed' });
    }
    return 'pass';
  });
  expect(await bench.note(event)).toBeUndefined();
  expect(met).toBe(true);
  const kase = await bench.caseOf('r1');
  expect(kase?.name).toBe('renamed');
  expect(kase?.episode).not.toHaveProperty('last');
});

test('five events at once, of one mail and of several kinds', async () => {
  const bench = await prepared();
  const kinds = [permanent, permanent, complaint, mailboxFull, permanent];
  const failures = await Promise.all(kinds.map((kind) => bench.note(sesEvent(mailTo('ada', 'm1'), kind))));
  expect(failures).toEqual(kinds.map(() => undefined));
  for (const id of ['r1', 'r2', 'r3']) expect((await bench.caseOf(id))?.episode).not.toHaveProperty('last');
  expect((await bench.caseOf('r1'))?.episode?.returned).toHaveLength(1);
  expect(await bench.troubles()).toHaveLength(1);
  expect(bench.named('address-suppressed')).toHaveLength(1);
});
