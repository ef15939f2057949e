import { writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { BuildOptions } from 'esbuild';
import { buildSync } from 'esbuild';

/** The folder that `npm` and `cdk` are called in. */
export const projectFolder = join(import.meta.dirname, '..');

/** The settings file, in the project, where no other is named. */
export const usualSettingsFile = 'warden.config.ts';

/** Some of the packages in an ESM bundle still call `require` for Node's own modules. */
const requireBanner = "import { createRequire } from 'node:module';const require = createRequire(import.meta.url);";

/** How everything that runs in Lambda is bundled: ESM, minified, the SDK in it, what most runs never need in chunks of its own. */
export const bundleOptions = {
  entryNames: 'index',
  outExtension: { '.js': '.mjs' },
  splitting: true,
  absWorkingDir: projectFolder,
  bundle: true,
  minify: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  mainFields: ['module', 'main'],
  banner: { js: requireBanner },
  // Read by `stack-traces.ts` when an error is written down, and never before.
  sourcemap: 'linked',
  sourcesContent: false,
  // In Lambda credentials come in the environment; the other places where a laptop keeps them are left out.
  alias: { '@aws-sdk/credential-provider-node': join(projectFolder, 'functions/adapters/lambda-credentials.ts') },
  logLevel: 'error',
} as const satisfies BuildOptions;

/** Source maps name their sources from here: the same wherever a bundle is written, and on every machine. */
const bundledAsIf = join(projectFolder, 'bundle');

/** Bundles one Lambda function into a folder, with the settings file (a path in the project) that it is to run with. */
export const bundleHandler = (name: string, settingsFile: string, outdir: string): void => {
  const { outputFiles } = buildSync({
    ...bundleOptions,
    entryPoints: [join(projectFolder, 'functions/handlers', name, 'index.ts')],
    alias: { ...bundleOptions.alias, '#config': join(projectFolder, settingsFile) },
    outdir: bundledAsIf,
    write: false,
  });
  for (const { path, contents } of outputFiles) writeFileSync(join(outdir, relative(bundledAsIf, path)), contents);
};
