import { expect, test } from 'vitest';
import { withoutSpecIn } from '#domain/creating/redaction.ts';

const spec = {
  templateSpec: { image: 'x', env: { TOKEN: 'hf_supersecret', QUOTED: 'pass"word\nnext', SHORT: 'abc' } },
  sshKeys: ['ssh-ed25519 AAAA ann'],
};

test.each([
  ['as it is', 'env TOKEN=hf_supersecret is not valid', 'env TOKEN=… is not valid'],
  ['in JSON', 'details: {"QUOTED":"pass\\"word\\nnext"}', 'details: {"QUOTED":"…"}'],
  ['in a query', '?k=pass%22word%0Anext', '?k=…'],
  ['where a long text was cut', 'env TOKEN=hf_super… (request r-1)', 'env TOKEN=… (request r-1)'],
  ['a key', 'sshKeys[0]: ssh-ed25519 AAAA ann is no key', 'sshKeys[0]: … is no key'],
  ['what is short stays', 'abc is short', 'abc is short'],
])('what stood in a spec is not repeated: %s', (_, said, told) => {
  expect(withoutSpecIn(said, spec)).toBe(told);
});

test('nothing is taken out where there is nothing to hide', () => {
  expect(withoutSpecIn('the provider answered 409…', {})).toBe('the provider answered 409…');
});
