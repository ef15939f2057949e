import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type History, quietPlan, runHistory } from '#local/simulation/history.ts';
import { type Entry, ofKind } from '#local/simulation/journal.ts';
import { mutations } from '#local/simulation/mutations.ts';
import { planOf } from '#local/simulation/plans.ts';
import { brokenPromises } from '#local/simulation/promises.ts';
import { storyOf } from '#local/simulation/story.ts';

const told = (history: History, kind: string) =>
  ofKind(history.entries, 'told').filter(({ event }) => event.event === kind).length;

describe('a history in which nothing goes wrong', () => {
  test('has an alert, two warnings and a deletion, and keeps every promise', async () => {
    const history = await runHistory(quietPlan);
    expect(brokenPromises(history)).toEqual([]);
    const subjects = ofKind(history.entries, 'mail-accepted').map(({ mail }) => mail.subject.split(/ will be| in /)[0]);
    expect(subjects.toSorted()).toEqual([
      'Last warning: ana-rt0',
      'NVIDIA H100 is available',
      'ana-rt0 is idle and',
      'ana-rt0 was deleted (1 × gpu-h200-141g-20cpu-192g)',
    ]);
    expect([told(history, 'runtime-deleting'), told(history, 'runtime-deleted')]).toEqual([1, 1]);
    expect(history.left.size).toBe(0);
    expect(storyOf(history, [])).toContain('asks for deleteRuntime ana-rt0: 202');
  });
});

test('a plan gives the same history, entry for entry, again and with every call on the wire', async () => {
  for (const index of [0, 1, 2, 3]) {
    const plan = planOf(11, index);
    const [first, again, onWire] = [
      await runHistory(plan, 'call'),
      await runHistory(structuredClone(plan), 'call'),
      await runHistory(plan, 'wire'),
    ];
    expect(again.entries).toEqual(first.entries);
    expect(onWire.entries).toEqual(first.entries);
    expect(onWire.items).toEqual(first.items);
  }
});

/** Something that is seen and must not be: what a promise then says. */
const tampered: readonly (readonly [string, (entries: readonly Entry[]) => readonly Entry[], RegExp])[] = [
  [
    'the last warning was never mailed',
    (all) => all.filter((entry) => !(entry.kind === 'mail-accepted' && entry.mail.subject.startsWith('Last warning'))),
    /no last warning was accepted/,
  ],
  [
    'the DELETE has no last look',
    (all) => all.filter((entry) => !(entry.kind === 'provider-call' && entry.operation === 'getRuntimeMetrics')),
    /no getRuntimeMetrics in the 10 s before/,
  ],
  [
    'a warning comes twice',
    (all) => all.flatMap((entry): Entry[] => (entry.kind === 'mail-accepted' ? [entry, entry] : [entry])),
    /2 mails of one warning/,
  ],
  [
    'the DELETE comes twice',
    (all) =>
      all.flatMap((entry): Entry[] =>
        entry.kind === 'provider-call' && entry.operation === 'deleteRuntime'
          ? [entry, { ...entry, at: entry.at + 500, sentAt: entry.sentAt + 500 }]
          : [entry],
      ),
    /no getRuntime in the 10 s before/,
  ],
  [
    'the alert never comes',
    (all) => all.filter((entry) => !(entry.kind === 'mail-accepted' && entry.mail.to.startsWith('watcher'))),
    /was never told of the H100/,
  ],
  [
    'an event tells an address',
    (all) =>
      all.map(
        (entry): Entry =>
          entry.kind === 'told' && entry.event.event === 'mail-sent'
            ? { ...entry, event: { ...entry.event, subject: 'for ana@example.com' } }
            : entry,
      ),
    /tells a secret/,
  ],
  [
    'a GET writes',
    (all) => all.map((entry): Entry => (entry.kind === 'table-write' ? { ...entry, method: 'GET' } : entry)),
    /a GET wrote/,
  ],
];

test.each(tampered)('a promise notices that %s', async (_what, tamper, words) => {
  const plan = { ...quietPlan, healthyMinutes: 44 };
  const history = await runHistory(plan);
  expect(brokenPromises(history)).toEqual([]);
  const broken = brokenPromises({ ...history, entries: tamper(history.entries) });
  expect(broken.map(({ what }) => what).join('\n')).toMatch(words);
});

test.each(mutations)('the mistake "$name" has its place in the source', ({ file, find }) => {
  const source = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
  expect(source.split(find)).toHaveLength(2);
});
