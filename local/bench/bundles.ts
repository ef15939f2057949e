import { readdirSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { build, type Metafile } from 'esbuild';
import { bundleOptions, projectFolder } from '#infra/bundle.ts';

/**
 * A bundle as Lambda would get it. `bytes` are those that a cold start reads: the entry and what it imports, without the chunks
 * that are only loaded when they are asked for. `parts` are the packages (and our own code) in them, the biggest first.
 */
export type Bundle = {
  readonly name: string;
  readonly file: string;
  readonly bytes: number;
  readonly parts: readonly { readonly part: string; readonly bytes: number }[];
};

const handlers = join(projectFolder, 'functions/handlers');

const partOf = (path: string): string => {
  const [, name] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path) ?? [];
  return name ?? path.split('/').slice(0, 2).join('/');
};

type Outputs = Metafile['outputs'];

/** The entry and every chunk that importing it loads. */
const loadedOutputs = (outputs: Outputs): Outputs[string][] => {
  const loaded = new Set<string>();
  const load = (path: string): void => {
    const output = outputs[path];
    if (output === undefined || loaded.has(path)) return;
    loaded.add(path);
    for (const { path: next, kind } of output.imports) if (kind === 'import-statement') load(next);
  };
  for (const [path, { entryPoint }] of Object.entries(outputs)) if (isEntry(path, entryPoint)) load(path);
  return [...loaded].flatMap((path) => outputs[path] ?? []);
};

/** esbuild calls the target of every dynamic import an entry too. */
const isEntry = (path: string, entryPoint: string | undefined) =>
  entryPoint !== undefined && path.endsWith('/index.mjs');

const partsOf = (inputs: readonly Outputs[string]['inputs'][]) => {
  const bytes = new Map<string, number>();
  for (const [path, { bytesInOutput }] of inputs.flatMap((each) => Object.entries(each))) {
    const part = partOf(path);
    bytes.set(part, (bytes.get(part) ?? 0) + bytesInOutput);
  }
  return [...bytes].map(([part, bytes]) => ({ part, bytes })).sort((a, b) => b.bytes - a.bytes);
};

type Source =
  | { readonly entryPoints: readonly [string] }
  | { readonly stdin: { readonly contents: string; readonly resolveDir: string } };

/** Bundles as the stack does: ESM, minified, everything in it, the SDK too. */
const bundle = async (name: string, source: Source, folder: string): Promise<Bundle> => {
  const file = join(folder, name, 'index.mjs');
  const { metafile } = await build({
    ...('stdin' in source ? { stdin: source.stdin } : { entryPoints: [...source.entryPoints] }),
    ...bundleOptions,
    outdir: join(folder, name),
    metafile: true,
  });
  const loaded = loadedOutputs(metafile.outputs);
  const bytes = loaded.reduce((sum, output) => sum + output.bytes, 0);
  return { name, file, bytes, parts: partsOf(loaded.map(({ inputs }) => inputs)) };
};

/** The entry of every Lambda function. */
export const bundleHandlers = async (folder: string): Promise<Bundle[]> => {
  await mkdir(folder, { recursive: true });
  const names = readdirSync(handlers, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? entry.name : [],
  );
  return Promise.all(
    names.sort().map((name) => bundle(name, { entryPoints: [join(handlers, name, 'index.ts')] }, folder)),
  );
};

const from = (contents: string): Source => ({ stdin: { contents, resolveDir: projectFolder } });

/** What imports are compared with: a DynamoDB client that is made and nothing else, as a handler makes it on cold start. */
export const bundleBareClient = (folder: string): Promise<Bundle> =>
  bundle(
    'bare DynamoDB client',
    from("import { DynamoDBClient } from '@aws-sdk/client-dynamodb'; export const client = new DynamoDBClient();"),
    folder,
  );

/** The same with the commands that our table uses, without which a client can ask for nothing. */
export const bundleUsedClient = (folder: string): Promise<Bundle> =>
  bundle(
    'DynamoDB client, 5 commands',
    from(`import * as sdk from '@aws-sdk/client-dynamodb';
      export const client = new sdk.DynamoDBClient();
      export const commands = [sdk.GetItemCommand, sdk.PutItemCommand, sdk.UpdateItemCommand, sdk.DeleteItemCommand, sdk.QueryCommand];`),
    folder,
  );
