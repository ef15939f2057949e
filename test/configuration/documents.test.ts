import { execFile } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { readSettings } from '#adapters/configuration/define-config.ts';
import type { SettingsInput, settingsSchema } from '#adapters/configuration/settings.ts';
import { settingsDocuments, staleDocuments, writeDocuments } from '#local/settings-documents/documents.ts';
import { allSettings } from '#local/settings-documents/setting.ts';
import { leastSettings } from './example.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const generator = join(root, 'local/write-settings-schema.ts');

/** Compiles only where each type takes the other. */
type Same<One, Other> = [One] extends [Other] ? ([Other] extends [One] ? true : never) : never;
/** What may be left out may also be undefined: reading drops it. */
type Lenient<Type> = Type extends object
  ? {
      [Name in keyof Type]: Partial<Pick<Type, Name>> extends Pick<Type, Name>
        ? Lenient<Type[Name]> | undefined
        : Lenient<Type[Name]>;
    }
  : Type;
const sameType: Same<SettingsInput, Lenient<z.input<typeof settingsSchema>>> = true;

const nodesWithout = (node: unknown, path: string): string[] => {
  const { description, properties, items } = z
    .object({
      description: z.optional(z.string()),
      properties: z.optional(z.record(z.string(), z.unknown())),
      items: z.optional(z.unknown()),
    })
    .parse(node);
  return [
    ...(description === undefined || description === '' ? [path] : []),
    ...Object.entries(properties ?? {}).flatMap(([name, inner]) => nodesWithout(inner, `${path}.${name}`)),
    ...(items === undefined ? [] : nodesWithout(items, `${path}[]`)),
  ];
};

describe('the files made from the schema', () => {
  test('are current', () => {
    expect(staleDocuments(root)).toEqual([]);
  });

  test('describe every path', () => {
    const schema: unknown = JSON.parse(readFileSync(join(root, 'docs/warden.config.schema.json'), 'utf8'));
    expect(nodesWithout(schema, '')).toEqual([]);
  });

  test('declare draft 2020-12', () => {
    const schema: unknown = JSON.parse(readFileSync(join(root, 'docs/warden.config.schema.json'), 'utf8'));
    expect(schema).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      required: ['provider', 'mail'],
    });
  });

  test('the page has a row for every setting that is no section', () => {
    const page = readFileSync(join(root, 'docs/settings.md'), 'utf8');
    const sections = ['provider', 'mail', 'availability', 'guardrails', 'api', 'creating', 'runs', 'deployment'];
    const paths = allSettings().map(({ path }) => path);
    expect(paths).toContain('availability.watches[].gpus');
    expect(paths.filter((path) => !sections.includes(path) && !page.includes(`\n| \`${path}\` | `))).toEqual([]);
    expect(page).toContain('| `provider.callsAtOnce` | whole number, 1 to 100 | `10` | Most calls');
    expect(page).toContain('| `mail.sender` | mail address | required | ');
    expect(page).toContain('| `availability.watches[].until` | date or date and time |  | ');
    expect(page).toContain('| `guardrails.exemptions[].until` | date or date and time or "forever" | required | ');
    expect(page).toContain('| `guardrails.policies[].idle.gpuBelowPercent` | number, above 0, at most 50 | `5` | ');
  });

  test('a long default stands below the tables, whole', () => {
    const page = readFileSync(join(root, 'docs/settings.md'), 'utf8');
    const { samples } = readSettings(leastSettings()).provider.mappings.metrics;
    expect(page).toContain('| `provider.mappings.metrics.samples` | text | [below](#long-defaults) | ');
    expect(page).toContain(`\n\`provider.mappings.metrics.samples\`\n\`\`\`text\n${samples}\n\`\`\`\n`);
    expect(
      Math.max(
        ...page
          .split('\n')
          .filter((line) => line.startsWith('|'))
          .map((line) => line.length),
      ),
    ).toBeLessThan(400);
  });

  test('the defaults they name are those that reading fills in', () => {
    const settings: unknown = readSettings(leastSettings());
    const valueAt = (path: string): unknown =>
      path.split('.').reduce<unknown>((value, name) => z.record(z.string(), z.unknown()).parse(value)[name], settings);
    const named = allSettings().filter(
      ({ path, node }) => node.default !== undefined && !/[[*]/.test(path) && JSON.stringify(node.default) !== '{}',
    );
    expect(named.length).toBeGreaterThan(10);
    expect(named.map(({ path }) => [path, valueAt(path)])).toEqual(named.map(({ path, node }) => [path, node.default]));
  });

  test('the type for editors is that of the schema', () => {
    expect(sameType).toBe(true);
  });
});

describe('the generator', () => {
  const inFolder = async (use: (folder: string) => void | Promise<void>): Promise<void> => {
    const folder = mkdtempSync(join(tmpdir(), 'settings-documents-'));
    try {
      await use(folder);
    } finally {
      rmSync(folder, { recursive: true });
    }
  };

  test('finds files that are missing or were changed', () =>
    inFolder((folder) => {
      const paths = settingsDocuments().map(({ path }) => path);
      expect(staleDocuments(folder)).toEqual(paths);
      writeDocuments(folder);
      expect(staleDocuments(folder)).toEqual([]);
      const page = join(folder, 'docs/settings.md');
      writeFileSync(page, readFileSync(page, 'utf8').replaceAll('\n', '\r\n')); // as a checkout on Windows may have it
      expect(staleDocuments(folder)).toEqual([]);
      appendFileSync(page, 'more');
      expect(staleDocuments(folder)).toEqual(['docs/settings.md']);
    }));

  test('--check is content with the files as they are, elsewhere it fails and names them', async () => {
    const run = promisify(execFile);
    await expect(run(process.execPath, [generator, '--check'])).resolves.toMatchObject({ stdout: '', stderr: '' });
    await inFolder(async (folder) => {
      const failed = run(process.execPath, [generator, '--check', folder]);
      await expect(failed).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('docs/settings.md') });
      await run(process.execPath, [generator, folder]);
      expect(staleDocuments(folder)).toEqual([]);
    });
  });
});
