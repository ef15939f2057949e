import type { Settings } from '#adapters/configuration/settings.ts';
import { Unauthorized } from '#adapters/provider/errors.ts';
import { tokenVariable } from '../start-options.ts';

/** Nothing can be shown; the message says what happened and what to do, for a person. */
export class PlanError extends Error {
  override readonly name = 'PlanError';
}

/** The innermost reason of a failure, such as `connect ECONNREFUSED 127.0.0.1:9`; nothing where there is none. */
const innermost = (failure: unknown): string => {
  let reason = failure;
  while (reason instanceof Error && reason.cause !== undefined) reason = reason.cause;
  if (reason === failure || !(reason instanceof Error)) return '';
  return ` (${reason.message || ('code' in reason ? String(reason.code) : reason.name)})`;
};

const nameOf = (failure: unknown) => (failure instanceof Error ? failure.name : '');
const wordsOf = (failure: unknown) => (failure instanceof Error ? failure.message : String(failure));

/** Why no answer of use came from an address, and what to do about it. */
const callWords = (failure: unknown, url: string, settings: Settings): string => {
  if (failure instanceof Unauthorized) {
    if (failure.status === undefined) return `${tokenVariable}: ${failure.message}.`;
    return `The provider does not accept the token in ${tokenVariable} (it answered 401): it has expired, was revoked, or is of another service. Make a new personal access token (pat-nc-…) at ${settings.provider.consoleUrl}.`;
  }
  if (['Unavailable', 'TimedOut'].includes(nameOf(failure))) {
    return `The provider cannot be reached at ${url}: ${wordsOf(failure)}${innermost(failure)}. Is the address right? provider.runtimesUrl and inventoryUrl, or --provider-url and --inventory-url.`;
  }
  return wordsOf(failure);
};

/** Why a project could not be listed. */
export const projectWords = (failure: unknown, project: string, settings: Settings): string => {
  const { organisation, runtimesUrl } = settings.provider;
  if (nameOf(failure) === 'NotFound') {
    return `There is no project ${project} in ${organisation} (404 at ${runtimesUrl}). Look at provider.projects, and at the address.`;
  }
  if (nameOf(failure) === 'Refused') {
    return `Project ${project} of ${organisation} may not be read with this token. Is provider.organisation the one that the token belongs to? ${wordsOf(failure)}`;
  }
  return callWords(failure, runtimesUrl, settings);
};

/** Why there are no prices. */
export const pricesWords = (failure: unknown, settings: Settings): string =>
  callWords(failure, settings.provider.inventoryUrl, settings);
