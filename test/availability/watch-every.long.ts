import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { minute } from '#domain/time.ts';
import { startEngines, startWorld, type TestEngines, type World, type WorldOptions } from './world.ts';

let engines: TestEngines;
let world: World;
beforeAll(async () => {
  engines = await startEngines();
});
afterAll(() => engines.close());
afterEach(() => world.close());

const open = async (options: WorldOptions) => {
  world = await startWorld(engines, options);
  await world.step();
};

describe('a watch for every window', () => {
  const every = { to: 'team@example.com', model: 'H100', notify: 'every' } as const;

  it('is told again after 6 h, when the offer had been gone for 30 observed minutes', async () => {
    await open({ watches: [every] });
    world.show(4);
    await world.step();
    world.show(0);
    for (let minutes = 0; minutes < 355; minutes += 5) await world.step(5);
    world.show(4);
    await world.step(1);
    expect(await world.subjects()).toHaveLength(1);
    await world.step(5);
    expect(await world.subjects()).toHaveLength(2);
  });

  it('is told in the middle of a long window that opened after a short flap', async () => {
    await open({ watches: [every] });
    world.show(4);
    await world.step();
    world.show(0);
    for (let minutes = 0; minutes < 360; minutes += 5) await world.step(5);
    world.show(4);
    await world.step();
    expect(await world.subjects()).toHaveLength(2);
    world.show(0);
    await world.step();
    world.show(4);
    for (let minutes = 0; minutes < 365; minutes += 5) await world.step(5);
    expect(await world.subjects()).toHaveLength(3);
  });
});

describe('times that pass unobserved', () => {
  it('are not counted as gone', async () => {
    await open({ watches: [{ to: 'team@example.com', model: 'H100', notify: 'every' }] });
    world.show(4);
    await world.step();
    world.show(0);
    await world.step();
    // No poll for seven hours: nobody knows whether the offer was gone all the time.
    await world.clock.advance(7 * 60 * minute);
    world.show(4);
    await world.step();
    expect(await world.subjects()).toHaveLength(1);
    for (let minutes = 0; minutes < 60; minutes += 5) await world.step(5);
    expect(await world.subjects()).toHaveLength(2);
  });
});
