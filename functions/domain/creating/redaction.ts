import type { RuntimeSpec } from '#domain/runtime.ts';
import { shortestSecret, spellingsOf } from '#domain/secret.ts';

/** Every text in a value, however deep. */
const textsIn = (value: unknown): string[] => {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
};

const cut = '…';

/** The text before a cut, without the beginning of anything secret that the cut has left at its end. */
const withoutBeginningOf = (secrets: readonly string[], before: string): string => {
  const begun = secrets.flatMap((secret) => {
    const lengths = Array.from({ length: Math.min(secret.length, before.length) }, (_, index) => index + 1);
    const longest = lengths.findLast((length) => before.endsWith(secret.slice(0, length)));
    return longest !== undefined && longest >= shortestSecret ? [longest] : [];
  });
  return before.slice(0, before.length - Math.max(0, ...begun));
};

/**
 * What the provider says of a spec, without what stands in it: environment variables may be secrets, and what is said goes into mails,
 * logs and answers.
 */
export const withoutSpecIn = (
  said: string,
  { templateSpec, storage, sshKeys }: Pick<RuntimeSpec, 'templateSpec' | 'storage' | 'sshKeys'>,
): string => {
  const secrets = textsIn([templateSpec, storage, sshKeys])
    .flatMap(spellingsOf)
    .filter((text) => text.length >= shortestSecret)
    .sort((a, b) => b.length - a.length);
  // A long text was cut before: its parts end where it was.
  const parts = said.split(cut);
  const whole = parts.map((part, index) => (index === parts.length - 1 ? part : withoutBeginningOf(secrets, part)));
  return secrets.reduce((left, secret) => left.replaceAll(secret, cut), whole.join(cut));
};
