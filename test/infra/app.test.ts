import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

it('the CDK app named in cdk.json synthesises with the settings as shipped', async () => {
  const { app }: { app: string } = JSON.parse(await readFile('cdk.json', 'utf8'));
  const [command = '', ...words] = app.split(' ');
  const { stderr } = await promisify(execFile)(command, words);
  expect(stderr).toBe('');
});
