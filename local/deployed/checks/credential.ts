import type { Instant } from '#domain/time.ts';
import type { ReadCredential } from './credential-value.ts';
import type { Facts } from './facts.ts';
import { broken, type Judgement, ok, type Step, warning } from './finding.ts';
import { ago } from './time.ts';

/** How the credential is set without leaving it in the shell's history. @param flags ` --region …`, or nothing */
export const setTokenStep = (parameter: string, flags: string): Step => ({
  words:
    'Make a personal access token (pat-nc-…) in the console of the provider, and set it; it counts within 2 minutes:',
  command: `read -rs TOKEN && aws ssm put-parameter --name ${parameter} --type SecureString --overwrite --value "$TOKEN"${flags}`,
});

const kinds = {
  'personal-token': 'a personal access token (pat-nc-…)',
  'login-token': 'a token of a login (eyJ…), which expires',
  'other-token': 'a token, but not a personal access token (pat-nc-…)',
  password: 'e-mail and password',
} as const;

/** Whether the provider's credential is there and of a shape that can work. Nothing of it is ever said. */
export const judgeCredential = (read: ReadCredential, setToken: Step, now: Instant): Judgement => {
  if (!read.usable) return broken(read.because, setToken);
  const seen = `${kinds[read.kind]}, set ${ago(read.setAt, now)}`;
  return read.kind === 'personal-token' || read.kind === 'password' ? ok(seen) : warning(seen, setToken);
};

export const isMissing = (failure: unknown): boolean =>
  failure instanceof Error && failure.name === 'ParameterNotFound';

export const lookAtCredential = async (facts: Facts): Promise<Judgement> => {
  const parameter = await facts.output('ProviderCredentialParameter');
  const setToken = setTokenStep(parameter, facts.awsOptions.flags);
  try {
    return judgeCredential(await facts.credential(), setToken, facts.clock());
  } catch (failure) {
    if (isMissing(failure)) return broken(`there is no parameter ${parameter}`, setToken);
    throw failure;
  }
};
