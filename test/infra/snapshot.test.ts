import { expect, test } from 'vitest';
import { prod } from './stage.ts';

/** What a bundle is called changes with every line of code. */
const withoutHashes = (json: string): string => json.replaceAll(/\b[0-9a-f]{64}\b/g, '(hash)');

test('the whole stage', async () => {
  const json = JSON.stringify(prod().raw, undefined, 2);
  await expect(`${withoutHashes(json)}\n`).toMatchFileSnapshot('gpu-warden-prod.template.snap');
});
