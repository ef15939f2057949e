import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { bundleHandler, projectFolder } from '#infra/bundle.ts';
import { leastSettings } from '../configuration/example.ts';
import { asSettingsFile } from './cdk-app.ts';

const folder = mkdtempSync(join(tmpdir(), 'warden-bundle-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const settingsFile = (name: string, organisation: string): string => {
  const file = join(folder, `${name}.config.ts`);
  const { mail, provider } = leastSettings();
  writeFileSync(file, `export default ${JSON.stringify({ mail, provider: { ...provider, organisation } })};\n`);
  return asSettingsFile(file);
};

type Files = ReadonlyMap<string, string>;

/** What is made of a handler, by its file names; `where` is made for it. */
const bundled = (handler: string, settings: string, where: string): Files => {
  const outdir = join(folder, where);
  mkdirSync(outdir, { recursive: true });
  bundleHandler(handler, settings, outdir);
  return new Map(
    readdirSync(outdir)
      .sort()
      .map((name) => [name, readFileSync(join(outdir, name), 'utf8')]),
  );
};

const digest = (files: Files): string =>
  createHash('sha256')
    .update(JSON.stringify([...files]))
    .digest('hex');
const codeOf = (files: Files): string =>
  [...files].flatMap(([name, text]) => (name.endsWith('.mjs') ? text : [])).join('\n');

const ours = settingsFile('ours', 'org-of-ours');
const theirs = settingsFile('theirs', 'org-of-theirs');
const links = bundled('links', ours, 'links');

test('a bundle holds the settings that it is to run with, and no others', () => {
  expect(codeOf(links)).toContain('org-of-ours');
  expect(codeOf(links)).not.toMatch(/org-of-theirs|REPLACE-ME/);
  const other = bundled('links', theirs, 'links-of-theirs');
  expect(codeOf(other)).toContain('org-of-theirs');
  expect(digest(other)).not.toBe(digest(links));
});

test('the same again is the same, wherever it is made: nothing is deployed anew', () => {
  expect(digest(bundled('links', ours, 'deeper/down/links'))).toBe(digest(links));
});

test('what has nothing to do with the settings stays the same under others', () => {
  const [one, two] = [ours, theirs].map((settings, at) =>
    digest(bundled('prepare-secrets', settings, `secrets-${at}`)),
  );
  expect(one).toBe(two);
});

const sourceMap = z.object({ sources: z.array(z.string()), sourcesContent: z.optional(z.unknown()) });

test('source maps name our files as the project has them, and hold none of them', () => {
  const maps = [...links].filter(([name]) => name.endsWith('.map'));
  expect(maps.length).toBeGreaterThan(1);
  const read = maps.map(([, text]) => sourceMap.parse(JSON.parse(text)));
  expect(read.flatMap(({ sourcesContent = [] }) => sourcesContent)).toEqual([]);
  const sources = read.flatMap(({ sources }) => sources);
  expect(sources).toContainEqual(expect.stringMatching(/^(\.\.\/)*functions\/handlers\/links\/handler\.ts$/));
  const others = sources.filter((source) => !/^(\.\.\/)*(functions|node_modules)\//.test(source));
  // Beside the settings file, which a test has to put somewhere else.
  expect(others.filter((source) => !source.endsWith('.config.ts'))).toEqual([]);
});

test('nothing in a bundle tells where it was made', () => {
  // The settings as shipped stand where every user's stand.
  const shipped = bundled('links', 'warden.config.ts', 'shipped');
  for (const [name, text] of shipped) {
    for (const place of [projectFolder, folder, tmpdir(), homedir()]) expect(text.includes(place), name).toBe(false);
  }
  const sources = [...shipped].flatMap(([, text]) => text.match(/"[^"]{0,99}warden\.config\.ts"/g) ?? []);
  expect(sources).toEqual(['"../warden.config.ts"']);
});
