import { randomBytes } from 'node:crypto';
import { SSMClient } from '@aws-sdk/client-ssm';
import { processEnvironment } from '#adapters/configuration/process-environment.ts';
import { PlanError } from '../plan/plan-error.ts';
import { runCommand } from '../plan/terminal.ts';
import { awsFault } from './checks/aws-faults.ts';
import { regionOf } from './doctor-aws.ts';
import { type RotateOptions, readRotateCommand } from './rotate-link-keys-command.ts';
import { rotationPage } from './rotate-link-keys-page.ts';
import { rotateLinkKeys } from './rotate-link-keys-run.ts';

/** A failed call to AWS, in words for whoever typed the command. */
const forPeople = (error: unknown, { profile }: RotateOptions): PlanError => {
  if (error instanceof PlanError) return error;
  const flags = profile === undefined ? '' : ` --profile ${profile}`;
  const { seen, doThis } = awsFault(error, { flags, ...(profile === undefined ? {} : { profile }) });
  const steps = doThis.map(({ words, command = '' }) => `${words} ${command}`.trim());
  return new PlanError([`The keys could not be rotated: ${seen.join('; ')}`, ...steps].join('\n'));
};

/** `npm run rotate-link-keys`: the SDK's usual chain of credentials, or those of a profile. */
const rotate = async (options: RotateOptions) => {
  const region = regionOf(options.region, processEnvironment());
  const ssm = new SSMClient({
    maxAttempts: 2,
    requestHandler: { connectionTimeout: 2_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
    ...(region === undefined ? {} : { region }),
    ...(options.profile === undefined ? {} : { profile: options.profile }),
  });
  try {
    const clock = () => Date.now();
    const rotation = await rotateLinkKeys({ ssm, clock, randomBytes }, options);
    return { text: `${rotationPage(rotation, clock()).join('\n')}\n`, whole: true };
  } catch (error) {
    throw forPeople(error, options);
  } finally {
    ssm.destroy();
  }
};

await runCommand(readRotateCommand(process.argv.slice(2)), rotate);
