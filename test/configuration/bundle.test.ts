import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { expect, test } from 'vitest';

// Every function carries the settings: one `z.core.…` used as a value brings all of zod along, about 390 KB more.
const mostKilobytes = 100;

test('the settings with their schema and checks stay small in a bundle', async () => {
  const { outputFiles } = await build({
    stdin: {
      contents:
        "import config from './warden.config.ts'; import { readSettings } from './functions/adapters/configuration/define-config.ts'; export const settings = readSettings(config);",
      resolveDir: fileURLToPath(new URL('../..', import.meta.url)),
    },
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'esm',
    mainFields: ['module', 'main'],
    write: false,
  });
  expect((outputFiles[0]?.contents.length ?? 0) / 1000).toBeLessThan(mostKilobytes);
});
