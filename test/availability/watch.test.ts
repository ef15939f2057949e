import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { h100, region, startWorld, type World } from './world.ts';

let world: World;
afterEach(() => world.close());

describe('a watch that is told once', () => {
  beforeEach(async () => {
    world = await startWorld({ watches: [{ to: 'ada@example.com', region, configId: h100 }] });
    world.show(0);
  });

  it('is mailed when its offer opens, and never again', async () => {
    await world.step();
    expect(await world.subjects()).toEqual([]);
    world.show(4);
    await world.step();
    expect(await world.mails()).toMatchObject([
      { to: 'ada@example.com', subject: 'NVIDIA H100 is available in as-south-1' },
    ]);
    for (const free of [4, 0, 2, 0, 8]) {
      world.show(free);
      await world.step(40);
    }
    expect(await world.subjects()).toHaveLength(1);
  });
});
