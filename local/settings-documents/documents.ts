import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { settingsInputType } from './input-type.ts';
import { settingsJsonSchema } from './setting.ts';
import { settingsPage } from './table.ts';

/** A file that is made from the schema of the settings; `path` is relative to the top of the repository. */
export type SettingsDocument = { readonly path: string; readonly content: string };

export const settingsDocuments = (): SettingsDocument[] => [
  { path: 'docs/warden.config.schema.json', content: `${JSON.stringify(settingsJsonSchema(), undefined, 2)}\n` },
  { path: 'docs/settings.md', content: settingsPage() },
  { path: 'functions/adapters/configuration/settings-input.ts', content: settingsInputType() },
];

export const writeDocuments = (root: string): void => {
  for (const { path, content } of settingsDocuments()) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
};

const contentAt = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8').replaceAll('\r\n', '\n');
  } catch {
    return undefined;
  }
};

/** Paths of the documents that are missing or say something else than the schema. */
export const staleDocuments = (root: string): string[] =>
  settingsDocuments()
    .filter(({ path, content }) => contentAt(join(root, path)) !== content)
    .map(({ path }) => path);
