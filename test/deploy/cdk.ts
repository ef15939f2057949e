import { join } from 'node:path';
import { type Ended, runToEnd } from './child.ts';
import type { LocalAws } from './ministack.ts';

export const projectFolder = join(import.meta.dirname, '../..');
const cli = join(projectFolder, 'node_modules/aws-cdk/bin/cdk');

export type Cdk = (...args: readonly string[]) => Promise<Ended>;

/** The real command line of the CDK, as somebody types it in the project's folder, against the local AWS. */
export const openCdk =
  (aws: LocalAws, signal: AbortSignal): Cdk =>
  (...args) =>
    runToEnd(
      {
        command: process.execPath,
        args: [cli, ...args, '--no-color', '--progress', 'events'],
        cwd: projectFolder,
        env: { ...aws.environment, CI: 'true', CDK_DISABLE_CLI_TELEMETRY: 'true', CDK_DISABLE_VERSION_CHECK: '1' },
      },
      signal,
    );
