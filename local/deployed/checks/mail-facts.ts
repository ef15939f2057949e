import {
  GetEmailIdentityCommand,
  type GetEmailIdentityCommandOutput,
  NotFoundException,
  type SESv2Client,
} from '@aws-sdk/client-sesv2';
import type { Settings } from '#adapters/configuration/settings.ts';

/** A mail address or a domain that SES knows. `dkim`: how it signs what is sent in its name. */
export type Identity = {
  readonly name: string;
  readonly verified: boolean;
  /** SES's own word: PENDING, SUCCESS, FAILED, TEMPORARY_FAILURE, NOT_STARTED. */
  readonly status: string;
  readonly dkim: { readonly signing: boolean; readonly status: string; readonly tokens: readonly string[] };
};

/** The value, or undefined where SES says that there is no such thing. */
export const unlessUnknown = async <T>(call: Promise<T>): Promise<T | undefined> => {
  try {
    return await call;
  } catch (failure) {
    if (failure instanceof NotFoundException) return undefined;
    throw failure;
  }
};

const identityOf = (name: string, answer: GetEmailIdentityCommandOutput): Identity => {
  const { SigningEnabled = false, Status = 'NOT_STARTED', Tokens = [] } = answer.DkimAttributes ?? {};
  const verified = answer.VerifiedForSendingStatus ?? false;
  const status = answer.VerificationStatus ?? (verified ? 'SUCCESS' : 'PENDING');
  return { name, verified, status, dkim: { signing: SigningEnabled, status: Status, tokens: Tokens } };
};

/** The domain of an address and those above it: a verified one covers all below it. */
export const domainsOf = (address: string): readonly string[] => {
  const labels = address
    .slice(address.lastIndexOf('@') + 1)
    .toLowerCase()
    .split('.');
  return labels.slice(0, -1).map((_, index) => labels.slice(index).join('.'));
};

/** Those of the identities that SES knows, in their order. */
export const readIdentities = async (ses: SESv2Client, names: readonly string[]): Promise<readonly Identity[]> => {
  const found: Identity[] = [];
  for (const name of names) {
    const answer = await unlessUnknown(ses.send(new GetEmailIdentityCommand({ EmailIdentity: name })));
    if (answer !== undefined) found.push(identityOf(name, answer));
  }
  return found;
};

/** An address that mails go to, and the setting that names it. `pattern`: it has `{owner}` for what comes before the @. */
export type Addressee = { readonly address: string; readonly setting: string; readonly pattern: boolean };

/** Everybody whom the settings name, each address once, the operator first. */
export const addresseesIn = ({ mail, availability, guardrails }: Settings): readonly Addressee[] => {
  const named: readonly (readonly [string | undefined, string])[] = [
    [mail.operator, 'mail.operator'],
    [availability.upstreamTo, 'availability.upstreamTo'],
    [guardrails.fallback, 'guardrails.fallback'],
    ...guardrails.policies.map(({ fallback }, index) => [fallback, `guardrails.policies[${index}].fallback`] as const),
    ...guardrails.owners.map(({ to }, index) => [to, `guardrails.owners[${index}].to`] as const),
    ...availability.watches.map(({ to }, index) => [to, `availability.watches[${index}].to`] as const),
  ];
  const byAddress = new Map<string, Addressee>();
  for (const [address, setting] of named) {
    if (address === undefined || byAddress.has(address.toLowerCase())) continue;
    byAddress.set(address.toLowerCase(), { address, setting, pattern: address.includes('{') });
  }
  return [...byAddress.values()];
};
