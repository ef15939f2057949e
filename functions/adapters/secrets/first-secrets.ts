import {
  DeleteParametersCommand,
  ParameterAlreadyExists,
  PutParameterCommand,
  type SSMClient,
  SSMServiceException,
} from '@aws-sdk/client-ssm';
import type { Instant } from '#domain/time.ts';
import { notSet } from './kept-credential.ts';
import { linkKeysText, newLinkKey, type RandomBytes } from './link-keys.ts';

/** Names of the two parameters of a stage. */
export type SecretNames = { readonly credential: string; readonly linkKeys: string };

/** A parameter could not be made or removed. The message says which and why, and nothing of its value. */
export class ParameterUnchangedError extends Error {
  override readonly name = 'ParameterUnchangedError';
}

export type FirstSecretsParts = {
  readonly client: SSMClient;
  readonly clock: () => Instant;
  readonly randomBytes: RandomBytes;
};

const wordsOf = (error: unknown): string => {
  if (error instanceof SSMServiceException) return `${error.name}: ${error.message}`;
  return error instanceof Error ? error.name : 'unknown';
};

type Parameter = { readonly name: string; readonly description: string; readonly value: string };

/** What is there already stays as it is. */
const make = async (
  client: SSMClient,
  { name, description, value }: Parameter,
  abortSignal: AbortSignal,
): Promise<void> => {
  try {
    const input = { Name: name, Description: description, Type: 'SecureString', Value: value } as const;
    await client.send(new PutParameterCommand(input), { abortSignal });
  } catch (error) {
    if (error instanceof ParameterAlreadyExists) return;
    const words = wordsOf(error).replaceAll(value, '(not shown)');
    throw new ParameterUnchangedError(`The parameter ${name} could not be made (${words}).`);
  }
};

/** The secrets of a stage at its beginning and its end. Both may be repeated. */
export const createFirstSecrets = ({ client, clock, randomBytes }: FirstSecretsParts) => ({
  /** Makes whichever of the two is missing: a key that signs links, and a credential that says that nobody has set it. */
  make: async ({ credential, linkKeys }: SecretNames, abortSignal: AbortSignal): Promise<void> => {
    const keys = linkKeysText([newLinkKey(clock(), randomBytes)]);
    await make(client, { name: linkKeys, description: 'GPU Warden: keys that sign links', value: keys }, abortSignal);
    const description = "GPU Warden: the provider's access token, or JSON of email and password";
    await make(client, { name: credential, description, value: notSet }, abortSignal);
  },
  /** Removes both; one that is not there is no fault. */
  remove: async ({ credential, linkKeys }: SecretNames, abortSignal: AbortSignal): Promise<void> => {
    try {
      await client.send(new DeleteParametersCommand({ Names: [credential, linkKeys] }), { abortSignal });
    } catch (error) {
      const names = `${credential} and ${linkKeys}`;
      throw new ParameterUnchangedError(`The parameters ${names} could not be removed (${wordsOf(error)}).`);
    }
  },
});

export type FirstSecrets = ReturnType<typeof createFirstSecrets>;
