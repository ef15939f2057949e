import type { RuntimeSpec } from '#domain/runtime.ts';

/** Shorter texts hide nothing, and stand everywhere. */
const shortest = 4;

/** Every text in a value, however deep. */
const textsIn = (value: unknown): string[] => {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
};

/**
 * What the provider says of a spec, without what stands in it: environment variables may be secrets, and what is said goes into mails,
 * logs and answers.
 */
export const withoutSpecIn = (
  said: string,
  { templateSpec, storage, sshKeys }: Pick<RuntimeSpec, 'templateSpec' | 'storage' | 'sshKeys'>,
): string =>
  textsIn([templateSpec, storage, sshKeys])
    .filter((text) => text.length >= shortest)
    .sort((a, b) => b.length - a.length)
    .reduce((left, text) => left.replaceAll(text, '…'), said);
