import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundleOptions, projectFolder } from '#infra/bundle.ts';

/** Bundled as the functions are: asks for links without a key, which is refused, twice. */
const entry = `
  import { createLinks } from '#adapters/links.ts';
  import { mapStackTraces } from '#adapters/stack-traces.ts';
  mapStackTraces();
  export const fail = (report) => {
    for (const keys of [[], []]) {
      try {
        createLinks({ keys, baseUrl: 'https://links.example.com' });
      } catch (error) {
        report(error);
      }
    }
  };
`;
const refusal = 'Links need at least one key to sign with.';
const source = 'functions/adapters/links.ts';
const line =
  1 +
  readFileSync(join(projectFolder, source), 'utf8')
    .split('\n')
    .findIndex((text) => text.includes(refusal));

const folder = mkdtempSync(join(tmpdir(), 'warden-traces-'));
let files: readonly { readonly name: string; readonly text: string }[];
beforeAll(async () => {
  const { outputFiles } = await build({
    ...bundleOptions,
    stdin: { contents: entry, resolveDir: projectFolder },
    outdir: join(projectFolder, 'bundle'),
    write: false,
  });
  files = outputFiles.map(({ path, text }) => ({ name: basename(path), text }));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

// What is done to the maps is done when all is loaded, and before anything fails.
const runner = `
  import { readdirSync, rmSync, writeFileSync } from 'node:fs';
  const [entry, folder, map] = process.argv.slice(1);
  const { fail } = await import(entry);
  for (const name of readdirSync(folder).filter((name) => name.endsWith('.map'))) {
    if (map === 'none') rmSync(folder + '/' + name);
    else if (map !== 'as it is') writeFileSync(folder + '/' + name, map);
  }
  fail((error) => console.log('TRACE ' + error.stack));
`;

/** The traces of two errors, one after the other, from plain node. */
const tracesWith = async (map: string): Promise<readonly string[]> => {
  const copy = mkdtempSync(join(folder, 'copy-'));
  for (const { name, text } of files) writeFileSync(join(copy, name), text);
  const url = String(pathToFileURL(join(copy, 'index.mjs')));
  const words = ['--input-type=module', '-e', runner, url, copy, map];
  const { stdout } = await promisify(execFile)(process.execPath, words, { env: {}, timeout: 20_000 });
  return stdout.split('TRACE ').slice(1);
};

test('a trace names our file, its line and its column', async () => {
  expect(line).toBeGreaterThan(1);
  const traces = await tracesWith('as it is');
  expect(traces).toHaveLength(2);
  for (const trace of traces) {
    const [what, ...frames] = trace.trimEnd().split('\n');
    expect(what).toBe(`TypeError: ${refusal}`);
    expect(frames[0]).toMatch(new RegExp(`^ {4}at .*[ (]${source}:${line}:\\d+\\)?$`));
    expect(trace).not.toContain('.mjs:');
  }
});

test('no map is read before the first error: of one that is gone by then nothing is known', async () => {
  const traces = await tracesWith('none');
  expect(traces).toHaveLength(2);
  for (const trace of traces) {
    expect(trace).toContain(`TypeError: ${refusal}\n    at `);
    expect(trace).toContain('index.mjs:');
    expect(trace).not.toContain(source);
  }
});

describe('a map that is of no use does no harm', () => {
  test.each([
    ['empty', ''],
    ['cut off', '{"version":3,"sources":["../a.ts"],"mappi'],
    ['of another shape', '{"version":3}'],
    ['without a mapping', '{"version":3,"sources":[],"names":[],"mappings":""}'],
    ['of nonsense', '{"version":3,"sources":["../a.ts"],"names":[],"mappings":"!!!!"}'],
    ['no object', 'null'],
  ])('%s', async (_what, map) => {
    const traces = await tracesWith(map);
    expect(traces).toHaveLength(2);
    for (const trace of traces) expect(trace).toMatch(new RegExp(`^TypeError: ${refusal}\n {4}at .*:\\d+:\\d+\\)?\n`));
  });
});

test('every bundled file has its map beside it', () => {
  const names = files.map(({ name }) => name);
  const code = names.filter((name) => name.endsWith('.mjs'));
  expect(code).toContain('index.mjs');
  expect(names.filter((name) => name.endsWith('.map')).sort()).toEqual(code.map((name) => `${name}.map`).sort());
});
