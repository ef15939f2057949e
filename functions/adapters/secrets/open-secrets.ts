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

const keptParameter = ({ access, variables, clock, report }: SecretsParts, name: string) => {
  const endpoint = variables.AWS_ENDPOINT_URL_SSM || variables.AWS_ENDPOINT_URL || undefined;
  const sleep = (milliseconds: number) => wait(milliseconds);
  const read = () => readParameter({ access, endpoint, sleep }, name);
  return createKeptParameter({ name, read, clock, report });
};

/** The provider's credential of a stage. `name`: of the parameter of Systems Manager that holds it. */
export const openCredential = (parts: SecretsParts, name: string) => createKeptCredential(keptParameter(parts, name));

/** The keys that sign a stage's links. `name`: of the parameter that holds them; `baseUrl`: where the links lead. */
export const openLinks = (parts: SecretsParts, name: string, baseUrl: string) =>
  createKeptLinks(keptParameter(parts, name), baseUrl);
