import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { openApiDocument, openApiPath } from './openapi-document.ts';

// node local/write-openapi.ts [--check]: makes the document that the API serves at /openapi.json of its operations
const { values } = parseArgs({ options: { check: { type: 'boolean' } } });
const file = fileURLToPath(new URL(`../${openApiPath}`, import.meta.url));
const content = `${JSON.stringify(openApiDocument(), undefined, 2)}\n`;

if (!values.check) {
  writeFileSync(file, content);
  console.log(`Written: ${openApiPath}`);
} else if (readFileSync(file, 'utf8').replaceAll('\r\n', '\n') !== content) {
  console.error(`Not current with the operations of the API: ${openApiPath}. Run: npm run openapi:write`);
  process.exitCode = 1;
}
