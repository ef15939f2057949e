import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stateKey } from '#domain/offer-state.ts';
import { day, minute } from '#domain/time.ts';
import { shapeOf } from '#domain/watch-index.ts';
import { onEveryEngine, pagesOf } from './engines.ts';
import { anyOfferState, entry, hardware, now, offer, offerState, todo, wanted } from './facts.ts';

onEveryEngine((bench) => {
  test('an empty table is an empty board', async () => {
    expect(await bench().store.readBoard()).toEqual({
      fleet: { observed: 0 },
      shapes: [],
      offers: new Map(),
      todo: [],
      wanted: [],
      creationTodos: [],
      unreadable: [],
    });
  });

  test('one strongly consistent query reads the whole board and nothing beside it', async () => {
    const { store, proxy } = bench();
    await store.takeLease('one', now, now + minute);
    await store.saveFleet('one', { observed: 5, lastCompleteAt: now }, now);
    await store.addShape({ gpus: 2, model: 'H100' });
    await store.saveOffer(offerState());
    await store.putTodo(todo());
    await store.putWanted(wanted());
    await store.putCreationTodo({ id: 'c1', putAt: now });
    await store.addEntry(entry());
    await store.putExpiry(now, 'ada', 'w1');
    await store.saveWindow(offer, { openedAt: now - minute, closedAt: now });
    const bodies: string[] = [];
    proxy.faults.add({ kind: 'throttle', match: ({ body }) => bodies.push(body) === 0 });
    expect(await store.readBoard()).toEqual({
      unreadable: [],
      fleet: { observed: 5, lastCompleteAt: now },
      shapes: ['2:model'],
      offers: new Map([[offer, offerState()]]),
      todo: [todo()],
      wanted: [wanted()],
      creationTodos: [{ id: 'c1', putAt: now }],
    });
    expect(bodies.map((body) => JSON.parse(body))).toMatchObject([
      { KeyConditionExpression: 'pk = :pk', ConsistentRead: true },
    ]);
  });

  test('a board larger than one page is read to its end', async () => {
    const { store, proxy } = bench();
    const availability = 'High'.repeat(20_000);
    const states = Array.from({ length: 30 }, (_, number) =>
      offerState({ hardware: { ...hardware, configId: `gpu-${number}` }, availability }),
    );
    for (const state of states) await store.saveOffer(state);
    await store.putTodo(todo());
    const before = proxy.calls().Query ?? 0;
    const board = await store.readBoard();
    expect((proxy.calls().Query ?? 0) - before).toBeGreaterThan(1);
    expect(board.offers).toEqual(new Map(states.map((state) => [stateKey(state), state])));
    expect(board.todo).toEqual([todo()]);
  });

  test('an offer is read as it was written, whatever is known of it', async () => {
    const { store } = bench();
    await fc.assert(
      fc.asyncProperty(anyOfferState, async (drawn) => {
        const state = { ...drawn, askedAt: now };
        expect(await store.saveOffer(state)).toBe(true);
        expect(await store.readOffer(stateKey(state))).toEqual(state);
      }),
      { numRuns: 40 },
    );
  });

  test('older data never overwrites newer', async () => {
    const { store } = bench();
    expect(await store.saveOffer(offerState({ askedAt: now, availability: 'High' }))).toBe(true);
    expect(await store.saveOffer(offerState({ askedAt: now - 1, availability: 'None' }))).toBe(false);
    expect(await store.readOffer(offer)).toEqual(offerState({ askedAt: now, availability: 'High' }));
    expect(await store.saveOffer(offerState({ askedAt: now, availability: 'Low' }))).toBe(true);
    expect(await store.saveOffer(offerState({ askedAt: now + 1, availability: 'None' }))).toBe(true);
    expect(await store.readOffer(offer)).toEqual(offerState({ askedAt: now + 1, availability: 'None' }));
  });

  test('whatever the order in which many writers come, the newest data stays', async () => {
    const { store } = bench();
    const ages = [3, 9, 0, 7, 1, 8, 2, 6, 5, 4];
    await Promise.all(ages.map((age) => store.saveOffer(offerState({ askedAt: now - age }))));
    expect((await store.readOffer(offer))?.askedAt).toBe(now);
  });

  test('one offer does not hold back another', async () => {
    const { store } = bench();
    await store.saveOffer(offerState({ askedAt: now }));
    expect(await store.saveOffer(offerState({ region: 'eu-west-1', askedAt: now - day }))).toBe(true);
  });

  test('an offer never listed gives way to any listing', async () => {
    const { store } = bench();
    await store.saveOffer(offerState({ listed: false, askedAt: 0 }));
    expect(await store.saveOffer(offerState({ askedAt: 1 }))).toBe(true);
  });

  test('an offer that is not there is undefined', async () => {
    expect(await bench().store.readOffer(offer)).toBeUndefined();
  });

  test('a shape is in use once, however many watches have it', async () => {
    const { store } = bench();
    const wishes = [
      { gpus: 1 },
      { gpus: 1 },
      { gpus: 8, region: 'a', model: 'x' },
      { gpus: 8, region: 'b', model: 'y' },
    ];
    await Promise.all(wishes.map((criteria) => store.addShape(criteria)));
    expect((await store.readBoard()).shapes.toSorted()).toEqual(['1:', '8:region+model']);
    expect(wishes.map(shapeOf)).toContain('8:region+model');
  });

  test('a window is kept once, however often it is written', async () => {
    const { store } = bench();
    const window = { openedAt: now - 10 * minute, closedAt: now };
    await store.saveWindow(offer, window);
    await store.saveWindow(offer, window);
    expect(await store.readWindows(offer, now - day)).toEqual([window]);
  });

  test('a window that is closed again after a crash is the same window, with its later end', async () => {
    const { store } = bench();
    await store.saveWindow(offer, { openedAt: now - 10 * minute, closedAt: now - minute });
    await store.saveWindow(offer, { openedAt: now - 10 * minute, closedAt: now });
    expect(await store.readWindows(offer, 0)).toEqual([{ openedAt: now - 10 * minute, closedAt: now }]);
  });

  test('the windows of an offer come oldest first, and only those that closed after the time', async () => {
    const { store } = bench();
    const since = now - 90 * day;
    const windows = [
      { openedAt: since - 2, closedAt: since },
      { openedAt: since - 1, closedAt: since + 1 },
      { openedAt: now - 20 * day, closedAt: now - 19 * day },
      { openedAt: now - minute, closedAt: now },
    ];
    for (const window of windows.toReversed()) await store.saveWindow(offer, window);
    await store.saveWindow('eu-west-1/other', { openedAt: now - 5, closedAt: now });
    expect(await store.readWindows(offer, since)).toEqual(windows.slice(1));
  });

  test('a window is swept 90 days after it closed, in whole seconds', async () => {
    const { store, table } = bench();
    await store.saveWindow(offer, { openedAt: now - minute, closedAt: now + 1 });
    const items = await pagesOf(table.query(`window#${offer}`));
    expect(items.flat()).toMatchObject([{ ttl: (now + 90 * day) / 1_000 + 1 }]);
  });
});
