import { setTimeout as wait } from 'node:timers/promises';
import type { Variables } from '#adapters/configuration/environment.ts';
import type { Report } from '#domain/event.ts';
import type { Instant } from '#domain/time.ts';
import { createKeptCredential } from './kept-credential.ts';
import { createKeptLinks } from './kept-links.ts';
import { createKeptParameter } from './kept-parameter.ts';
import { readParameter } from './read-parameter.ts';
import type { AwsAccess } from './signed-call.ts';

export type SecretsParts = {
  readonly access: AwsAccess;
  /** Where other addresses of AWS are named, as the SDK's clients have them from there. */
  readonly variables: Variables;
  readonly clock: () => Instant;
  readonly report: Report;
};

/** The secrets of a stage, by the names of the parameters of Systems Manager that hold them. */
export const openSecrets = ({ access, variables, clock, report }: SecretsParts) => {
  const endpoint = variables.AWS_ENDPOINT_URL_SSM || variables.AWS_ENDPOINT_URL || undefined;
  const sleep = (milliseconds: number) => wait(milliseconds);
  const kept = (name: string) => {
    const read = () => readParameter({ access, endpoint, sleep }, name);
    return createKeptParameter({ name, read, clock, report });
  };
  return {
    credential: (name: string) => createKeptCredential(kept(name)),
    links: (name: string, baseUrl: string) => createKeptLinks(kept(name), baseUrl),
  };
};
