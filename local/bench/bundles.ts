import { readdirSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { build, type Metafile } from 'esbuild';

/** A bundle as Lambda would get it. `parts` are the packages (and our own code) that it is made of, the biggest first. */
export type Bundle = {
  readonly name: string;
  readonly file: string;
  readonly bytes: number;
  readonly parts: readonly { readonly part: string; readonly bytes: number }[];
};

const repository = join(import.meta.dirname, '../..');
const handlers = join(repository, 'functions/handlers');

/** Some of the packages in an ESM bundle still call `require` for Node's own modules. */
const banner = "import { createRequire } from 'node:module';const require = createRequire(import.meta.url);";

const partOf = (path: string): string => {
  const [, name] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path) ?? [];
  return name ?? path.split('/').slice(0, 2).join('/');
};

const partsOf = (inputs: Metafile['outputs'][string]['inputs']) => {
  const bytes = new Map<string, number>();
  for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
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
    outfile: file,
    absWorkingDir: repository,
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    mainFields: ['module', 'main'],
    banner: { js: banner },
    metafile: true,
    logLevel: 'error',
  });
  const [output] = Object.values(metafile.outputs);
  return { name, file, bytes: output?.bytes ?? 0, parts: partsOf(output?.inputs ?? {}) };
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

const from = (contents: string): Source => ({ stdin: { contents, resolveDir: repository } });

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
