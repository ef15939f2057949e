import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Fault } from '#local/emulator/emulator.ts';
import { h100, region, startEngines, startWorld, type TestEngines, type World } from './world.ts';

let engines: TestEngines;
let world: World;
beforeAll(async () => {
  engines = await startEngines();
});
afterAll(() => engines.close());
afterEach(() => world.close());

/** More offers than one page holds, so that the H100 of the story can be on a page that does not come. */
const fillPages = () => {
  for (let number = 0; number < 120; number += 1) {
    world.control.setOffer({ configId: `gpu-t4-16g-12cpu-${128 + number}g`, available: 0 });
  }
  // Added last, it is listed last.
  world.control.removeOffer({ configId: h100 });
  world.show(0);
};

const count = (event: string) => world.events.filter((each) => each.event === event).length;

const faults: readonly (readonly [string, Fault])[] = [
  ['a second page that is an error', { kind: 'missingPage', page: 2, as: 'error' }],
  ['a second page that is empty', { kind: 'missingPage', page: 2, as: 'empty' }],
  ['an item that vanishes between pages', { kind: 'shiftingPage', how: 'vanish' }],
  ['an item that comes twice', { kind: 'shiftingPage', how: 'duplicate' }],
  ['a total that changes', { kind: 'shiftingPage', how: 'total' }],
  ['an empty listing', { kind: 'emptyList' }],
  ['an error', { kind: 'status', status: 503 }],
  ['a cut body', { kind: 'cutBody' }],
  ['malformed JSON', { kind: 'malformedJson' }],
  ['a dropped connection', { kind: 'dropConnection' }],
  ['a refusal', { kind: 'status', status: 403 }],
];

describe.each(faults)('%s', (_name, fault) => {
  beforeEach(async () => {
    world = await startWorld(engines, {
      watches: [
        { to: 'ada@example.com', region, configId: h100 },
        { to: 'team@example.com', model: 'H100', notify: 'every' },
      ],
    });
    fillPages();
    await world.step();
  });

  it('closes no window and fires nothing wrong, and the next complete listing tells the truth', async () => {
    world.show(4);
    await world.step();
    expect(await world.subjects()).toHaveLength(2);
    world.control.addFault({ ...fault, operation: 'listInventory' });
    await world.step();
    await world.step();
    expect(count('window-closed')).toBe(0);
    expect(count('listing-incomplete') + count('poll-failed')).toBe(2);
    world.control.clearFaults();
    await world.step();
    expect(count('window-opened')).toBe(1);
    world.show(0);
    await world.step();
    expect(count('window-closed')).toBe(1);
    expect(await world.subjects()).toHaveLength(2);
  });

  it('keeps no mail back that the next poll can send', async () => {
    world.control.addFault({ ...fault, operation: 'listInventory', times: 3 });
    world.show(4);
    for (let polls = 0; polls < 4; polls += 1) await world.step();
    expect(await world.subjects()).toHaveLength(2);
  });
});

describe('an offer that a complete listing shows no more', () => {
  it('is no longer rentable, and its mail can still say what it was', async () => {
    world = await startWorld(engines, { watches: [{ to: 'ada@example.com', region, configId: h100 }] });
    await world.step();
    world.show(4);
    const outage = world.proxies.mail.faults.add({ match: 'SendEmail', kind: 'throttle' });
    await world.step();
    world.control.removeOffer({ configId: h100 });
    await world.step(3);
    outage.remove();
    await world.step(3);
    const [mail] = await world.mails();
    expect(mail?.subject).toBe('NVIDIA H100 was available in as-south-1 from 09:02 to 09:05 UTC');
    expect(mail?.text).toContain('80 GiB VRAM');
  });
});

describe('the config of a watch', () => {
  it('is checked at the provider when no listing shows it: a typo is told, a real one is known by name', async () => {
    world = await startWorld(engines, {
      watches: [
        { to: 'ada@example.com', region, configId: 'gpu-h1000-80g' },
        { to: 'ada@example.com', region: 'eu-north-1', configId: h100, until: '2026-11-02T09:05:00Z' },
      ],
    });
    await world.step();
    expect(world.events).toContainEqual({ event: 'watch-unknown-config', configId: 'gpu-h1000-80g' });
    const checks = () => world.control.calls().getGpuConfig ?? 0;
    expect(checks()).toBe(2);
    await world.step(10);
    expect(checks()).toBe(2);
    // No listing has ever shown the second one: what it is comes from gpuconfig.
    expect((await world.mails())[0]?.text).toContain('NVIDIA H100 (gpu-h100-80g-20cpu-125g) in eu-north-1');
  });
});

describe('a provider that does not answer', () => {
  it('does not keep back what is owed already', async () => {
    world = await startWorld(engines, { watches: [{ to: 'ada@example.com', region, configId: h100 }] });
    await world.step();
    world.show(4);
    world.proxies.queue.faults.add({ match: 'SendMessageBatch', kind: 'drop-connection', times: 2 });
    expect(await world.step()).toBeInstanceOf(Error);
    expect(await world.subjects()).toEqual([]);
    world.control.addFault({ kind: 'status', status: 500, operation: 'listInventory' });
    expect(await world.step()).toBeInstanceOf(Error);
    expect(await world.subjects()).toEqual(['NVIDIA H100 is available in as-south-1']);
  });

  it('is asked once a minute, whatever its mood: one listing, and the requests every five minutes', async () => {
    world = await startWorld(engines, { watches: [{ to: 'ada@example.com', region, configId: h100 }] });
    for (let minutes = 0; minutes < 10; minutes += 1) await world.step();
    expect(world.control.calls()).toMatchObject({ listInventory: 10, listNotifyRequests: 2 });
  });
});

describe('several looks within one run', () => {
  it('find what opens between two minutes', async () => {
    world = await startWorld(engines, {
      availability: { pollSeconds: 15 },
      watches: [{ to: 'ada@example.com', region, configId: h100 }],
    });
    await world.step();
    expect(world.control.calls()).toMatchObject({ listInventory: 4 });
  });
});

describe('a tick in which nothing changed', () => {
  it('writes one item, reads one query, and asks the provider for the listing alone', async () => {
    world = await startWorld(engines, { watches: [{ to: 'ada@example.com', region, configId: h100 }] });
    for (let minutes = 0; minutes < 12; minutes += 1) await world.step();
    const before = { ...world.proxies.table.calls() };
    const asked = { ...world.control.calls() };
    await world.tick();
    await world.clock.advance(60_000);
    await world.tick();
    const after = world.proxies.table.calls();
    const added = Object.fromEntries(
      Object.entries(after).map(([operation, calls]) => [operation, calls - (before[operation] ?? 0)]),
    );
    // The lease and the fleet are one item, written when a run begins and when it ends.
    expect(added).toMatchObject({ UpdateItem: 2, PutItem: 2, Query: 2 });
    expect(Object.values(added).reduce((sum, calls) => sum + calls, 0)).toBe(6);
    expect(world.control.calls().listInventory).toBe((asked.listInventory ?? 0) + 2);
  });
});
