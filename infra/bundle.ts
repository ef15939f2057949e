import { join } from 'node:path';
import type { BuildOptions } from 'esbuild';
import { buildSync } from 'esbuild';

/** The folder that `npm` and `cdk` are called in. */
export const projectFolder = join(import.meta.dirname, '..');

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
  logLevel: 'error',
} as const satisfies BuildOptions;

/** Bundles one Lambda function into a folder, with the settings file (a path in the project) that it is to run with. */
export const bundleHandler = (name: string, settingsFile: string, outdir: string): void => {
  buildSync({
    ...bundleOptions,
    entryPoints: [join(projectFolder, 'functions/handlers', name, 'index.ts')],
    alias: { '#config': join(projectFolder, settingsFile) },
    outdir,
  });
};
