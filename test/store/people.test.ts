import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createPersonStore } from '#adapters/store/person-store.ts';
import { day } from '#domain/time.ts';
import { onEveryEngine } from './engines.ts';
import { now } from './facts.ts';

onEveryEngine((bench) => {
  const store = () => createPersonStore(bench().table);

  test('whoever has asked for nothing has nothing yet', async () => {
    expect(await store().readAsked('ann')).toEqual({ value: {}, version: 0 });
  });

  test('what was asked for is written over the version that was read, and only over that', async () => {
    expect(await store().saveAsked('ann', { team: now }, 0)).toBe(true);
    expect(await store().saveAsked('ann', { team: now, list: now + day }, 1)).toBe(true);
    for (const stale of [0, 1, 3]) expect(await store().saveAsked('ann', {}, stale), `${stale}`).toBe(false);
    expect(await store().readAsked('ann')).toEqual({ value: { team: now, list: now + day }, version: 2 });
    expect(await store().readAsked('bob')).toEqual({ value: {}, version: 0 });
  });

  test('what was asked for is read as it was written', async () => {
    let version = 0;
    const asked = fc.dictionary(fc.stringMatching(/^i-[\w-]{1,22}$/), fc.nat(), { maxKeys: 50 });
    await fc.assert(
      fc.asyncProperty(asked, async (drawn) => {
        const value = structuredClone(drawn);
        expect(await store().saveAsked('ann', value, version)).toBe(true);
        version += 1;
        expect(await store().readAsked('ann')).toEqual({ value, version });
      }),
      { numRuns: 20 },
    );
  });
});
