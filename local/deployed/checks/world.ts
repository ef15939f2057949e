import type { Settings } from '#adapters/configuration/settings.ts';
import type { Instant } from '#domain/time.ts';
import type { AwsClients } from '../doctor-aws.ts';
import type { AwsOptions } from './aws-faults.ts';
import type { Secrets } from './secrets.ts';

/** Everything that the checks are given: which stage, how to reach it, and the settings that it should have. */
export type DeployedWorld = {
  readonly stage: string;
  readonly stackName: string;
  /** As it was typed; missing: warden.config.ts. */
  readonly configPath?: string;
  readonly aws: AwsClients;
  readonly awsOptions: AwsOptions;
  readonly loadSettings: () => Promise<Settings>;
  /** Where the links answer, instead of the address in the stack's outputs. Without a slash at its end. */
  readonly linksUrl?: string;
  readonly fetch: typeof globalThis.fetch;
  readonly clock: () => Instant;
  /** Ends calls that nobody waits for any more. */
  readonly signal: AbortSignal;
  readonly secrets: Secrets;
};
