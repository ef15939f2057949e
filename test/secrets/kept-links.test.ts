import { expect, test } from 'vitest';
import { createLinks, type LinkKey } from '#adapters/links.ts';
import { linkKeysText } from '#adapters/secrets/link-keys.ts';
import { openLinks } from '#adapters/secrets/open-secrets.ts';
import { day, minute, second } from '#domain/time.ts';
import { failureOf, keysName, noon, startSecrets } from './given.ts';

const baseUrl = 'https://links.example.com';
const keyOf = (version: string): LinkKey => ({ version, secret: `${version}-${'s'.repeat(40)}` });
const [oldKey, newKey, forgersKey] = ['old', 'new', 'forged'].map(keyOf);
const facts = { recipientId: 'ada', mailId: 'm1', expiresAt: noon + day };

const tokenIn = (url: string): string => new URL(url).searchParams.get('token') ?? '';
const tokenBy = (key: LinkKey | undefined): string =>
  key === undefined ? '' : tokenIn(createLinks({ keys: [key], baseUrl }).unsubscribeUrl(facts));
const textOf = (...keys: (LinkKey | undefined)[]): string => linkKeysText(keys.filter((key) => key !== undefined));

/** Links whose keys stand in the store. */
const startLinks = async (value: string | undefined = textOf(oldKey)) => {
  const given = await startSecrets();
  if (value !== undefined) given.store.set(keysName, value);
  const links = openLinks(given.secrets, keysName, baseUrl);
  const read = (token: string) => links.readToken(token, 'unsubscribe', given.time.now);
  return { ...given, links, read, reads: () => given.store.counted('GetParameter') };
};

test('the keys are read once in five minutes, and a new one signs then', async () => {
  const { links, store, pass, reads } = await startLinks();
  expect(tokenIn((await links.current()).unsubscribeUrl(facts))).toMatch(/^old\./);
  store.set(keysName, textOf(newKey, oldKey));
  pass(5 * minute - 1);
  expect(tokenIn((await links.current()).unsubscribeUrl(facts))).toMatch(/^old\./);
  expect(reads()).toBe(1);
  pass(1);
  expect(tokenIn((await links.current()).unsubscribeUrl(facts))).toMatch(/^new\./);
});

test('a link that a newer key signed is good at once, and so is one of the key before', async () => {
  const { read, store, pass } = await startLinks();
  expect(await read(tokenBy(oldKey))).toMatchObject({ valid: true, recipientId: 'ada' });
  store.set(keysName, textOf(newKey, oldKey));
  pass(11 * second);
  expect(await read(tokenBy(newKey))).toMatchObject({ valid: true, recipientId: 'ada' });
  expect(await read(tokenBy(oldKey))).toMatchObject({ valid: true });
});

test('a link of a key that was dropped is good no more', async () => {
  const { read, store, pass } = await startLinks(textOf(newKey, oldKey));
  expect(await read(tokenBy(oldKey))).toMatchObject({ valid: true });
  store.set(keysName, textOf(newKey));
  pass(5 * minute);
  expect(await read(tokenBy(oldKey))).toEqual({ valid: false, because: 'forged' });
});

test('whoever makes tokens up has the keys read once in ten seconds, not for each of them', async () => {
  const { read, reads, pass } = await startLinks();
  const token = tokenBy(forgersKey);
  const tries = () => Promise.all(Array.from({ length: 50 }, () => read(token)));
  expect(new Set((await tries()).map((reading) => JSON.stringify(reading)))).toEqual(
    new Set(['{"valid":false,"because":"forged"}']),
  );
  expect(reads()).toBe(1);
  for (let passed = 0; passed < 60; passed += 1) {
    pass(second);
    await tries();
  }
  expect(reads()).toBe(7);
});

test('what is no token, or has a known version, has nothing read', async () => {
  const { read, reads, pass } = await startLinks();
  await read('');
  pass(minute);
  for (const token of ['', 'nonsense', `${tokenBy(oldKey)}x`, `${tokenBy(oldKey).slice(0, -4)}AAAA`]) {
    expect(await read(token)).toMatchObject({ valid: false });
  }
  expect(reads()).toBe(1);
});

test('a store that does not answer costs no link that worked before', async () => {
  const { read, links, store, pass, events } = await startLinks();
  await links.current();
  store.fail('GetParameter', { status: 400, body: { __type: 'AccessDeniedException' } });
  pass(6 * minute);
  expect(await read(tokenBy(oldKey))).toMatchObject({ valid: true });
  expect(events).toMatchObject([{ event: 'part-failed', part: 'secrets' }]);
});

const secret = 's'.repeat(40);
test.each([
  secret,
  `:${secret}`,
  '1:',
  '1:too-short',
  `1:${secret},`,
  `1:${secret},2`,
  `1:${secret},2:too-short`,
  `1:${secret} ,2:${secret}`,
  `a version that is too long:${secret}`,
  `${secret}:1`,
  `1:${secret}:more`,
  `1:${'s'.repeat(31)}`,
  `1:${secret},1:${secret}x`,
  'not-set',
])('keys that cannot be used are an error that names their parameter and does not show them: %s', async (value) => {
  const { links, read } = await startLinks(value);
  for (const failure of [await failureOf(links.current()), await failureOf(read(tokenBy(oldKey)))]) {
    expect(failure).toMatchObject({ name: 'LinkKeysError' });
    expect(failure.message).toContain(`The parameter ${keysName} `);
    expect(failure.message).not.toContain(value);
    expect(failure.stack).not.toContain(secret);
  }
});

test('no keys at all are an error that says what to do', async () => {
  const { links, store } = await startLinks();
  store.remove(keysName);
  expect((await failureOf(links.current())).message).toBe(
    `The parameter ${keysName} does not exist. npm run rotate-link-keys -- --create makes new keys; links sent so far stop working then.`,
  );
});

test('keys with blanks around them, as an editor leaves them', async () => {
  const { read } = await startLinks(` ${textOf(newKey, oldKey)}\n`);
  expect(await read(tokenBy(newKey))).toMatchObject({ valid: true });
  expect(await read(tokenBy(oldKey))).toMatchObject({ valid: true });
});
