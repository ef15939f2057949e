import type { Credential } from '#adapters/provider/credential.ts';
import { Unauthorized } from '#adapters/provider/errors.ts';
import { secretIn } from '#adapters/provider/secret-text.ts';
import { notSet } from '#adapters/secrets/kept-credential.ts';
import type { Instant } from '#domain/time.ts';
import type { Secrets } from './secrets.ts';

/** The provider's credential as it stands in its parameter; of what is of no use only why is known. */
export type ReadCredential =
  | {
      readonly usable: true;
      readonly kind: 'personal-token' | 'login-token' | 'other-token' | 'password';
      readonly credential: Credential;
      readonly setAt: Instant;
    }
  | { readonly usable: false; readonly because: string };

type Given = { readonly Value?: string | undefined; readonly LastModifiedDate?: Date | undefined };

const tokenKind = (token: string) => {
  if (token.startsWith('pat-nc-')) return 'personal-token';
  return /^eyJ[\w-]*\./.test(token) ? 'login-token' : 'other-token';
};

const usable = (value: string, setAt: Instant, secrets: Secrets): ReadCredential => {
  const secret = secretIn(value);
  if (secret.kind === 'password') {
    secrets.learn(secret.password);
    return { usable: true, kind: secret.kind, credential: secret, setAt };
  }
  const { token } = secret;
  return { usable: true, kind: tokenKind(token), credential: { kind: 'token', token: async () => token }, setAt };
};

/** Reads the parameter's value as the functions do. Everything secret in it is learned. */
export const readCredential = ({ Value = '', LastModifiedDate }: Given, secrets: Secrets): ReadCredential => {
  const value = Value.trim();
  if (value === notSet)
    return { usable: false, because: 'it is not set yet: nothing is asked of the provider until it is' };
  secrets.learn(value);
  try {
    return usable(value, LastModifiedDate?.getTime() ?? 0, secrets);
  } catch (failure) {
    if (!(failure instanceof Unauthorized)) throw failure;
    return { usable: false, because: failure.message.replace(/^readToken: /, '') };
  }
};
