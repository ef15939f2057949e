import { afterAll, beforeAll, expect, test } from 'vitest';
import { readSettings } from '#adapters/configuration/define-config.ts';
import { createProviderClient } from '#adapters/provider/client.ts';
import type { Creation } from '#domain/creating/creation.ts';
import { minute } from '#domain/time.ts';
import { type Emulator, startEmulator } from '#local/emulator/emulator.ts';
import { providerSettings } from '#local/emulator/provider-settings.ts';
import { type CreationTask, createOnce } from '#workflows/create-runtime/create-once.ts';
import { settingsWith } from '../configuration/example.ts';

const spec = {
  name: 'ann',
  region: 'as-south-1',
  gpuConfigId: 'gpu-h100-80g-20cpu-125g',
  gpuCount: 1,
  planId: 'gpu-h100-on-demand-1h',
  templateId: 'tpl-jupyterlab-pytorch',
};
const time = { now: Date.parse('2026-11-24T12:00:00Z') };
let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator({ clock: () => time.now, projects: ['prj-a'] });
});
afterAll(() => emulator.close());

/** A client of a process that has not called anybody yet. */
const newClient = () =>
  createProviderClient({
    settings: readSettings(settingsWith({ provider: { ...providerSettings(emulator), projects: ['prj-a'] } })).provider,
    credential: { kind: 'token', token: async () => emulator.token },
    clock: () => time.now,
  });

test('a call whose deadline has passed is not sent, also by a process that was frozen until then', async () => {
  const before = emulator.control.calls();
  for (let tries = 0; tries < 10; tries += 1) {
    const late = newClient().createRuntime('prj-a', spec, { deadline: time.now - 10 * minute });
    await expect(late).rejects.toThrow("the caller's deadline has passed");
    const gone = newClient().deleteRuntime({ project: 'prj-a', id: 'rt-1' }, { deadline: time.now });
    await expect(gone).rejects.toThrow("the caller's deadline has passed");
  }
  // What went out against the rule would arrive by now.
  await newClient().listRuntimes('prj-a', {});
  const { createRuntime, deleteRuntime } = emulator.control.calls();
  expect([createRuntime, deleteRuntime]).toEqual([before.createRuntime, before.deleteRuntime]);
});

test('a process that was frozen after its intent asks for nothing when it wakes up', async () => {
  emulator.control.setOffer({ configId: spec.gpuConfigId, available: 8 });
  let stored: Creation = { state: 'available' };
  const woken = Promise.withResolvers<void>();
  const frozen = Promise.withResolvers<void>();
  const task = (freezes: boolean): CreationTask => ({
    project: 'prj-a',
    spec,
    decide: async (decide) => {
      const { save, result } = decide(stored);
      if (save !== undefined) stored = save;
      if (freezes && save?.state === 'creating') {
        frozen.resolve();
        await woken.promise;
      }
      return result;
    },
    tell: async () => undefined,
    report: () => undefined,
  });
  let ids = 0;
  const world = () => ({
    provider: newClient(),
    clock: () => time.now,
    newId: () => {
      ids += 1;
      return `abcde${ids}fgh`;
    },
  });
  const first = createOnce(world(), task(true));
  await frozen.promise;
  time.now += 11 * minute;
  expect(await createOnce(world(), task(false))).toEqual({ outcome: 'not-made' });
  expect(await createOnce(world(), task(false))).toMatchObject({ outcome: 'created' });
  woken.resolve();
  expect(await first).toMatchObject({ outcome: 'unclear' });
  await newClient().listRuntimes('prj-a', {});
  const made = emulator.control.runtimes().filter(({ name }) => name.startsWith('ann-'));
  expect(made).toHaveLength(1);
  expect(stored).toMatchObject({ state: 'created', runtimeId: made[0]?.id });
});

/** A task over a creation that is kept here, and what was given back. */
const keptTask = (creation: Creation) => {
  const kept = { creation, givenBack: [] as string[] };
  const task: CreationTask = {
    project: 'prj-a',
    spec,
    decide: async (decide) => {
      const { save, result } = decide(kept.creation);
      if (save !== undefined) kept.creation = save;
      return result;
    },
    letGo: async (name) => void kept.givenBack.push(name),
    tell: async () => undefined,
    report: () => undefined,
  };
  return { kept, task };
};
const asked = { state: 'creating', name: 'ann-late', at: time.now } as const;
const listingOf = (askedAt: number) => ({ askedAt, rows: [], complete: true }) as const;

test('a list that was asked for early and comes late does not say that it was not made', async () => {
  const { kept, task } = keptTask(asked);
  const clock = { now: asked.at + minute };
  const provider = {
    listRuntimes: async () => {
      const listing = listingOf(clock.now);
      clock.now += 11 * minute;
      return listing;
    },
    createRuntime: async () => ({ id: 'rt-1' }),
  };
  const world = { provider, clock: () => clock.now, newId: () => 'abcdefgh' };
  expect(await createOnce(world, task)).toMatchObject({ outcome: 'unclear' });
  expect(await createOnce(world, task)).toMatchObject({ outcome: 'not-made' });
  expect(kept.givenBack).toEqual(['ann-late']);
});

test('what a runtime costs is not given back by somebody who finds it too late', async () => {
  const { kept, task } = keptTask(asked);
  const provider = {
    listRuntimes: async () => {
      kept.creation = { state: 'created', name: asked.name, runtimeId: 'rt-1', at: asked.at };
      return listingOf(asked.at + 11 * minute);
    },
    createRuntime: async () => ({ id: 'rt-2' }),
  };
  await createOnce({ provider, clock: () => asked.at + 11 * minute, newId: () => 'abcdefgh' }, task);
  expect(kept.givenBack).toEqual([]);
});
