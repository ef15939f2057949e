import type { Credential } from '#adapters/provider/credential.ts';
import { Unauthorized } from '#adapters/provider/errors.ts';
import { hour, second } from '#domain/time.ts';
import type { KeptParameter } from './kept-parameter.ts';

/** What a deployment puts into the parameter until somebody sets the credential. */
export const notSet = 'not-set';

/** The provider's credential, in a parameter. */
export type KeptCredential = {
  readonly credential: Credential;
  /** Why there is no credential yet, and what to do about it; undefined where there is one. Throws where nobody can know. */
  readonly missing: () => Promise<string | undefined>;
};

/** So old, the credential is looked at again, even if the provider still takes it: somebody may want to change accounts. */
const lookedAtEvery = hour;
/** What a run found at its start need not be read again by its first call. */
const justRead = 5 * second;

const missingWords = (name: string, value: string | undefined): string => {
  const what = value === undefined ? `the parameter ${name} does not exist` : `${name} says ${notSet}`;
  return [
    `The provider's credential is not set (${what}): nothing is asked of the provider.`,
    'Put a personal access token (pat-nc-…) or {"email": "…", "password": "…"} there as a SecureString, for instance with',
    `aws ssm put-parameter --name ${name} --type SecureString --overwrite --value file://token.txt`,
    'It counts from the next run on.',
  ].join(' ');
};

const isMissing = (value: string | undefined): value is undefined | typeof notSet =>
  value === undefined || value.trim() === notSet;

export const createKeptCredential = (parameter: KeptParameter): KeptCredential => {
  const { name, recent, fresh, remembered, edition } = parameter;

  const read = async (): Promise<string> => {
    const value = await recent(justRead);
    if (!isMissing(value)) return value;
    throw new Unauthorized(missingWords(name, value), { operation: 'readToken' });
  };

  const missing = async (): Promise<string | undefined> => {
    // While there is none, every run looks: it works soon after somebody has set it.
    const value = isMissing(remembered()) ? await fresh() : await recent(lookedAtEvery);
    return isMissing(value) ? missingWords(name, value) : undefined;
  };

  return { credential: { kind: 'kept', read, edition }, missing };
};
