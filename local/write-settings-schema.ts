import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { settingsDocuments, staleDocuments, writeDocuments } from './settings-documents/documents.ts';

// node local/write-settings-schema.ts [--check] [FOLDER], by default the top of the repository
const { values, positionals } = parseArgs({ options: { check: { type: 'boolean' } }, allowPositionals: true });
const folder = positionals[0] ?? fileURLToPath(new URL('..', import.meta.url));

if (values.check) {
  const stale = staleDocuments(folder);
  if (stale.length > 0) {
    console.error(`Not current with the schema of the settings: ${stale.join(', ')}. Run: npm run settings:write`);
    process.exitCode = 1;
  }
} else {
  writeDocuments(folder);
  const paths = settingsDocuments().map(({ path }) => path);
  console.log(`Written: ${paths.join(', ')}`);
}
