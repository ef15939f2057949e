import fc from 'fast-check';
import { expect, test } from 'vitest';
import { newRecipient, type Recipient } from '#domain/recipient.ts';
import { day, second } from '#domain/time.ts';
import { onEveryEngine } from './engines.ts';
import { anyRecipient, now } from './facts.ts';

const ada = newRecipient('ada', 'ada@example.com');
const mailedOnce: Recipient = { ...ada, mailedAt: [now] };
const mailedTwice: Recipient = { ...ada, mailedAt: [now, now + 1] };

onEveryEngine((bench) => {
  test('a recipient that is not there is undefined', async () => {
    expect(await bench().store.readRecipient('ada')).toBeUndefined();
  });

  test('a recipient is written over the version that was read, and only over that', async () => {
    const { store } = bench();
    expect(await store.saveRecipient(ada, 0)).toBe(true);
    expect(await store.readRecipient('ada')).toEqual({ recipient: ada, version: 1 });
    expect(await store.saveRecipient(mailedOnce, 1)).toBe(true);
    expect(await store.readRecipient('ada')).toEqual({ recipient: mailedOnce, version: 2 });
    for (const stale of [0, 1, 3]) expect(await store.saveRecipient(mailedTwice, stale), `${stale}`).toBe(false);
    expect(await store.readRecipient('ada')).toEqual({ recipient: mailedOnce, version: 2 });
  });

  test('a recipient that is gone is not written over', async () => {
    const { store } = bench();
    expect(await store.saveRecipient(ada, 1)).toBe(false);
    expect(await store.readRecipient('ada')).toBeUndefined();
  });

  test('a first write is the first for one writer only', async () => {
    const { store } = bench();
    const first = await Promise.all(Array.from({ length: 10 }, () => store.saveRecipient(ada, 0)));
    expect(first.filter(Boolean)).toHaveLength(1);
  });

  test('of many writers at once one wins each version, and nothing that won is lost', async () => {
    const { store } = bench();
    const writers = 12;
    const wins: number[] = [];
    await store.saveRecipient(ada, 0);
    const write = async (writer: number): Promise<void> => {
      const found = await store.readRecipient('ada');
      if (found === undefined) throw new Error('the recipient is gone');
      const { recipient, version } = found;
      if (await store.saveRecipient({ ...recipient, mailedAt: [...recipient.mailedAt, writer] }, version)) {
        wins.push(version);
      } else {
        await write(writer);
      }
    };
    await Promise.all(Array.from({ length: writers }, (_, writer) => write(writer)));
    const found = await store.readRecipient('ada');
    expect(wins.toSorted((a, b) => a - b)).toEqual(Array.from({ length: writers }, (_, version) => version + 1));
    expect(found?.version).toBe(writers + 1);
    expect(found?.recipient.mailedAt.toSorted((a, b) => a - b)).toEqual(Array.from({ length: writers }, (_, n) => n));
  });

  test('recipients do not see one another', async () => {
    const { store } = bench();
    await store.saveRecipient(ada, 0);
    expect(await store.saveRecipient({ ...ada, id: 'bob' }, 0)).toBe(true);
    expect(await store.readRecipient('bob')).toEqual({ recipient: { ...ada, id: 'bob' }, version: 1 });
  });

  test('a recipient is read as it was written, whatever is known of it', async () => {
    const { store } = bench();
    let version = 0;
    await fc.assert(
      fc.asyncProperty(anyRecipient, async (drawn) => {
        const recipient = { ...drawn, id: 'ada' };
        expect(await store.saveRecipient(recipient, version)).toBe(true);
        version += 1;
        expect(await store.readRecipient('ada')).toEqual({ recipient, version });
      }),
      { numRuns: 30 },
    );
  });

  test('a recipient is read strongly consistent: a claim made a moment ago is seen', async () => {
    const { store, proxy } = bench();
    const bodies: string[] = [];
    proxy.faults.add({ kind: 'throttle', match: ({ body }) => bodies.push(body) === 0 });
    await store.readRecipient('ada');
    await store.readOffer('a/b');
    await store.readMail('m');
    expect(bodies.map((body) => JSON.parse(body).ConsistentRead)).toEqual([true, true, true]);
  });

  test('a mail is remembered for the 90 days that its links work', async () => {
    const { store, table } = bench();
    const mail = {
      mailId: 'm1',
      recipientId: 'ada',
      watches: [{ id: 'w1', words: 'any NVIDIA H100' }],
      writtenAt: now + 1,
    };
    await store.saveMail(mail);
    expect(await store.readMail('m1')).toEqual(mail);
    expect(await store.readMail('m2')).toBeUndefined();
    const raw = await table.get({ pk: 'mail#m1', sk: 'mail' });
    expect(raw?.ttl).toBe((now + 90 * day) / second + 1);
  });
});
