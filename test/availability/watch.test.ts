import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { h100, region, startEngines, startWorld, type TestEngines, type World, type WorldOptions } from './world.ts';

let engines: TestEngines;
let world: World;
beforeAll(async () => {
  engines = await startEngines();
});
afterAll(() => engines.close());
afterEach(() => world.close());

const ada = { to: 'ada@example.com', region, configId: h100 } as const;
const open = async (options: WorldOptions) => {
  world = await startWorld(engines, options);
  await world.step();
};

describe('a watch that is told once', () => {
  it('is mailed when its offer opens, and never again', async () => {
    await open({ watches: [ada] });
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

  it('fires at once if its offer already is rentable when the watch is made', async () => {
    await open({});
    world.show(4);
    await world.step();
    await world.step(10);
    world.redeploy({ watches: [ada] });
    await world.step();
    expect(await world.mails()).toMatchObject([{ to: 'ada@example.com', text: expect.stringContaining('11 min') }]);
  });

  it('stays armed when its window closed before the mail was accepted, and the mail says so', async () => {
    await open({ watches: [ada] });
    world.show(4);
    const outage = world.proxies.mail.faults.add({ match: 'SendEmail', kind: 'throttle' });
    await world.step();
    world.show(0);
    await world.step(3);
    outage.remove();
    await world.step(3);
    expect(await world.subjects()).toEqual(['NVIDIA H100 was available in as-south-1 from 09:02 to 09:05 UTC']);
    world.show(2);
    await world.step(3);
    expect((await world.subjects())[1]).toBe('NVIDIA H100 is available in as-south-1');
    world.show(0);
    await world.step(3);
    world.show(2);
    await world.step(3);
    expect(await world.subjects()).toHaveLength(2);
  });

  it('is remembered as done while it is listed, forgotten when it is not, and new when it is changed', async () => {
    await open({ watches: [ada] });
    world.show(4);
    await world.step();
    world.redeploy();
    await world.step();
    expect(await world.subjects()).toHaveLength(1);
    world.redeploy({ watches: [] });
    await world.step();
    world.redeploy({ watches: [ada] });
    await world.step();
    expect(await world.subjects()).toHaveLength(2);
    world.redeploy({ watches: [{ ...ada, maxPricePerGpuHour: 5 }] });
    await world.step();
    expect(await world.subjects()).toHaveLength(3);
  });

  it('says once that it has run out', async () => {
    await open({ watches: [{ ...ada, until: '2026-11-02T09:30:00Z' }] });
    for (let steps = 0; steps < 5; steps += 1) await world.step(10);
    expect(await world.mails()).toMatchObject([
      { to: 'ada@example.com', subject: expect.stringMatching(/has expired/) },
    ]);
    world.show(4);
    await world.step(10);
    expect(await world.subjects()).toHaveLength(1);
  });
});

describe('watches by description', () => {
  it('find what they describe and nothing else', async () => {
    await open({
      watches: [
        { to: 'eight@example.com', model: 'H100', gpus: 8 },
        { to: 'cheap@example.com', model: 'h100', maxPricePerGpuHour: 1.5 },
        { to: 'elsewhere@example.com', model: 'H100', region: 'eu-north-1' },
        { to: 'any@example.com', model: 'nvidia h100' },
      ],
    });
    world.show(4);
    await world.step();
    expect((await world.mails()).map(({ to }) => to)).toEqual(['any@example.com']);
    world.show(8, { largestBlock: 4 });
    await world.step();
    expect(await world.mails()).toHaveLength(1);
    world.show(8, { largestBlock: 8 });
    await world.step();
    expect((await world.mails()).at(-1)).toMatchObject({
      to: 'eight@example.com',
      subject: '8 × NVIDIA H100 are available in as-south-1',
    });
    world.show(8, { largestBlock: 8, pricePerGpuHour: 1.4 });
    await world.step();
    expect((await world.mails()).at(-1)).toMatchObject({ to: 'cheap@example.com' });
    expect(await world.mails()).toHaveLength(3);
  });

  it('say so where the size of the block is unknown', async () => {
    await open({ watches: [{ to: 'two@example.com', model: 'H100', gpus: 2 }] });
    world.show(4, { largestBlock: 0 });
    await world.step();
    expect((await world.mails())[0]?.text).toMatch(/block.*(unknown|not say|not known)/i);
  });
});

describe('not too much', () => {
  it('what fires together for one recipient is one mail', async () => {
    await open({ watches: [ada, { to: ada.to, model: 'A100' }, { to: ada.to, model: 'H200', notify: 'every' }] });
    for (const configId of ['gpu-a100-80g-12cpu-125g', 'gpu-h200-141g-20cpu-192g', h100]) {
      world.control.setOffer({ configId, available: 2 });
    }
    await world.step();
    const mails = await world.mails();
    expect(mails).toHaveLength(1);
    for (const model of ['H100', 'A100', 'H200']) expect(mails.at(-1)?.text).toContain(model);
  });

  it('the mail that reaches the hourly limit says when the rest follows, and the rest follows in one mail', async () => {
    const catalogue = ['gpu-h100-80g-20cpu-125g', 'gpu-a100-80g-12cpu-125g', 'gpu-h200-141g-20cpu-192g'];
    await open({
      availability: { mailsPerHour: 2 },
      watches: catalogue.map((configId) => ({ to: ada.to, region, configId })),
    });
    for (const configId of catalogue) {
      world.control.setOffer({ configId, available: 2 });
      await world.step();
    }
    const mails = await world.mails();
    expect(mails).toHaveLength(2);
    expect(mails.at(-1)?.text).toMatch(/follows in one mail/);
    for (let minutes = 0; minutes < 70; minutes += 5) await world.step(5);
    expect(await world.mails()).toHaveLength(3);
  });

  it('a crowd of failures is tried again with growing pauses, and sent once', async () => {
    await open({ watches: [ada] });
    world.show(4);
    const outage = world.proxies.mail.faults.add({ match: 'SendEmail', kind: 'throttle' });
    for (let minutes = 0; minutes < 60; minutes += 1) await world.step();
    expect(outage.struck()).toBeLessThanOrEqual(7);
    outage.remove();
    for (let minutes = 0; minutes < 35; minutes += 5) await world.step(5);
    expect(await world.subjects()).toHaveLength(1);
  });
});
