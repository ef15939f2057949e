import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import * as z from 'zod/mini';
import { projectFolder } from '#infra/bundle.ts';

const cdkJson = z.object({ app: z.string(), context: z.record(z.string(), z.unknown()) });
const { app, context } = cdkJson.parse(JSON.parse(readFileSync(join(projectFolder, 'cdk.json'), 'utf8')));
/** What `cdk` hands to the app of its own accord. */
export const cdkContext = context;

const ended = z.object({ code: z._default(z.number(), 0), stdout: z.string(), stderr: z.string() });

/** A folder for what an app makes; it is gone with `close`. */
export const openOutputFolder = () => {
  const folder = mkdtempSync(join(tmpdir(), 'warden-app-'));
  return { folder, close: () => rmSync(folder, { recursive: true, force: true }) };
};

/** Runs a command as `cdk` runs the app: in the project's folder, told by variables where to write and what is set. */
const run = async (words: readonly string[], outdir: string, given: Readonly<Record<string, unknown>>) => {
  const [command = '', ...rest] = words;
  const env = {
    ...process.env,
    CDK_OUTDIR: outdir,
    CDK_CONTEXT_JSON: JSON.stringify({ ...cdkContext, ...given }),
  };
  return ended.parse(
    await promisify(execFile)(command, rest, { cwd: projectFolder, env, timeout: 110_000 }).catch(
      (failure: unknown) => failure,
    ),
  );
};

/** Runs the app that `cdk.json` names. `given`: as by `cdk -c name=value`. */
export const synthesiseApp = (outdir: string, given: Readonly<Record<string, unknown>> = {}) =>
  run(app.split(' '), outdir, given);

/** Runs a script in the app's place. */
export const runInItsPlace = (script: string, outdir: string, given: Readonly<Record<string, unknown>> = {}) =>
  run([process.execPath, '--input-type=module', '-e', script], outdir, given);

/** A file as `-c config=` takes it. */
export const asSettingsFile = (file: string): string => relative(projectFolder, file);
