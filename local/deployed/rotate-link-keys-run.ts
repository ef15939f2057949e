import { GetParameterCommand, ParameterNotFound, PutParameterCommand, type SSMClient } from '@aws-sdk/client-ssm';
import type { LinkKey } from '#adapters/links.ts';
import { LinkKeysError, linkKeysIn, linkKeysText, newLinkKey, type RandomBytes } from '#adapters/secrets/link-keys.ts';
import type { Instant } from '#domain/time.ts';
import { PlanError } from '../plan/plan-error.ts';
import type { RotateOptions } from './rotate-link-keys-command.ts';

export type RotateParts = {
  readonly ssm: SSMClient;
  readonly clock: () => Instant;
  readonly randomBytes: RandomBytes;
};

/** What became of the keys, by their versions. Both lists are the newest first. */
export type Rotation = {
  readonly parameter: string;
  readonly signing: string;
  readonly kept: readonly string[];
  readonly dropped: readonly string[];
};

type Standing = { readonly keys: readonly LinkKey[]; readonly version: number };

const mostTries = 4;

const read = async ({ ssm }: RotateParts, parameter: string, selector = ''): Promise<Standing> => {
  const { Parameter } = await ssm.send(
    new GetParameterCommand({ Name: `${parameter}${selector}`, WithDecryption: true }),
  );
  return { keys: linkKeysIn(Parameter?.Value, parameter), version: Parameter?.Version ?? 0 };
};

/** The keys as they stand. Those that are missing or of no use are none, if new ones are to be made in their place. */
const readStanding = async (parts: RotateParts, parameter: string, { create, stage }: RotateOptions) => {
  try {
    return await read(parts, parameter);
  } catch (error) {
    const isMissing = error instanceof ParameterNotFound;
    if (create && (isMissing || error instanceof LinkKeysError)) return undefined;
    if (isMissing) {
      throw new PlanError(
        `There is no parameter ${parameter} in this account and region: is ${stage} the right stage, and is it deployed? If somebody deleted it, --create makes new keys.`,
      );
    }
    throw error instanceof LinkKeysError ? new PlanError(error.message) : error;
  }
};

const put = async ({ ssm }: RotateParts, parameter: string, keys: readonly LinkKey[]): Promise<number> => {
  const input = { Name: parameter, Type: 'SecureString', Overwrite: true, Value: linkKeysText(keys) } as const;
  const { Version = 0 } = await ssm.send(new PutParameterCommand(input));
  return Version;
};

/** The keys that somebody else put there between what we read and what we wrote. */
const overtaken = async (parts: RotateParts, parameter: string, from: number, to: number): Promise<LinkKey[]> => {
  const keys: LinkKey[] = [];
  for (let version = to; version >= from; version -= 1) {
    keys.push(...(await read(parts, parameter, `:${version}`)).keys);
  }
  return keys;
};

/** Those of the others that are not among the known, each once, in their order. */
const unknownOf = (others: readonly LinkKey[], known: readonly LinkKey[]): readonly LinkKey[] => {
  const versions = new Set(known.map(({ version }) => version));
  return others.filter(({ version }) => !versions.has(version) && versions.add(version));
};

/**
 * Puts a new key in front of the others and keeps the newest `keep`. Systems Manager cannot write on a condition, but numbers what
 * it writes: keys that somebody else wrote meanwhile are put back behind the new one.
 */
export const rotateLinkKeys = async (parts: RotateParts, options: RotateOptions): Promise<Rotation> => {
  const parameter = `/gpu-warden-${options.stage}/link-keys`;
  const before = await readStanding(parts, parameter, options);
  const added = newLinkKey(parts.clock(), parts.randomBytes);
  let all: readonly LinkKey[] = [added, ...(before?.keys ?? [])];
  let lastSeen = before?.version;
  for (let tries = 1; tries <= mostTries; tries += 1) {
    const keys = all.slice(0, options.keep);
    const version = await put(parts, parameter, keys);
    if (lastSeen === undefined || version === lastSeen + 1) {
      const [signing = added, ...kept] = keys;
      const dropped = all.slice(options.keep);
      const versionsOf = (some: readonly LinkKey[]) => some.map((key) => key.version);
      return { parameter, signing: signing.version, kept: versionsOf(kept), dropped: versionsOf(dropped) };
    }
    const theirs = await overtaken(parts, parameter, lastSeen + 1, version - 1);
    all = [added, ...unknownOf(theirs, all), ...all.slice(1)];
    lastSeen = version;
  }
  throw new PlanError(
    `Somebody else changes ${parameter} all the time. Of keys written meanwhile some may be missing: see who it is, and run this again.`,
  );
};
