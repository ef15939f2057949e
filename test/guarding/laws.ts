import { expect } from 'vitest';
import { hour, minute, second } from '#domain/time.ts';
import { operator, type World } from './world.ts';

/** Each DELETE comes right after its own look at the detail and the metrics, both not older than 10 s. */
const expectFreshLooks = ({ calls }: World): void => {
  for (const runtimeId of new Set(calls.filter(({ kind }) => kind === 'delete').map((call) => call.runtimeId))) {
    const own = calls.filter((call) => call.runtimeId === runtimeId);
    for (const [index, { kind, at }] of own.entries()) {
      if (kind !== 'delete') continue;
      const look = own.slice(Math.max(0, index - 2), index);
      const because = `${runtimeId}: ${own.map((call) => call.kind).join(' ')}`;
      expect(look.map((call) => call.kind).sort(), because).toEqual(['detail', 'metrics']);
      for (const call of look) expect(at - call.at, because).toBeLessThan(10 * second);
    }
  }
};

/** Each DELETE comes after an accepted last warning, the lead later at least, and within 30 minutes from the time it named. */
const expectWarned = ({ calls, told }: World): void => {
  for (const { kind, runtimeId, at } of calls) {
    if (kind !== 'delete') continue;
    const warned = told.flatMap((one) =>
      one.event.event === 'runtime-warned' && one.event.runtimeId === runtimeId && one.at < at ? [one] : [],
    );
    const named = Math.max(...warned.map(({ event }) => ('deleteAt' in event ? event.deleteAt : 0)));
    const last = warned.findLast(({ event }) => 'step' in event && event.step === 'last');
    expect(at, 'before a time that a mail named').toBeGreaterThanOrEqual(named);
    expect(at, 'long after the time that the mails named').toBeLessThanOrEqual(named + 30 * minute);
    expect(at - (last?.at ?? at), 'without its lead').toBeGreaterThanOrEqual(15 * minute);
  }
};

const expectLimits = ({ calls }: World): void => {
  const asked = calls.flatMap(({ kind, at }) => (kind === 'delete' ? [at] : []));
  for (const from of asked) {
    expect(asked.filter((at) => at >= from && at < from + minute).length, 'in a tick').toBeLessThanOrEqual(5);
    expect(asked.filter((at) => at >= from && at < from + hour).length, 'in an hour').toBeLessThanOrEqual(20);
  }
};

/** No event tells a secret: an address, the token, a link or its signature. */
export const expectDiscreet = ({ told, emulator }: World): void => {
  const lines = told.map(({ event }) => JSON.stringify(event)).join('\n');
  expect(lines).not.toContain(emulator.token);
  expect(lines).not.toContain(operator);
  expect(lines).not.toMatch(/[\w.+-]+@[\w-]+\.\w+/);
  expect(lines).not.toMatch(/token=|https?:\/\/links/);
};

/** What never happens, whatever the story was. `limits` false: the story has wider ones. */
export const expectLaws = (world: World, { limits = true }: { limits?: boolean } = {}): void => {
  expectFreshLooks(world);
  expectWarned(world);
  expectDiscreet(world);
  if (limits) expectLimits(world);
};
