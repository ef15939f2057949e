import * as z from 'zod/mini';
import { isAddress } from '#adapters/configuration/field.ts';
import { digest } from '#adapters/identity.ts';

/**
 * Who asks. `personId` stands for them at their issuer. `address`: the mail address that the issuer says it has verified;
 * `recipientId`: who that is among those whom we mail. An operator may see and change everything.
 */
export type Caller = {
  readonly subject: string;
  readonly personId: string;
  readonly operator: boolean;
  readonly address?: string;
  readonly recipientId?: string;
};

const words = z.union([z.string(), z.array(z.string())]);

const claimsSchema = z.object({
  iss: z.string(),
  sub: z.string(),
  email: z.optional(z.string()),
  email_verified: z.optional(z.union([z.boolean(), z.string()])),
});

const payloadOf = (authorization: string): unknown => {
  const [, payload = ''] = /^Bearer [\w-]+\.([\w-]+)\.[\w-]+$/i.exec(authorization) ?? [];
  try {
    return JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
};

/** A list of groups, or one; the text of a list in which API Gateway writes claims could be any number of groups. */
const groupsIn = (payload: unknown, claim: string): readonly string[] => {
  const read = z.safeParse(z.record(z.string(), z.unknown()), payload);
  const groups = read.success ? z.safeParse(words, read.data[claim]).data : undefined;
  return groups === undefined ? [] : [groups].flat();
};

export type SignInSettings = { readonly groupsClaim: string; readonly operatorGroup: string };

/**
 * Reads who asks from a token that the gateway's authorizer has checked. `verified`: the claims that the authorizer handed on;
 * without them nobody is signed in, whatever the header says. Lists are read from the token itself, which must be the same.
 */
export const callerOf = (
  verified: Readonly<Record<string, unknown>> | undefined,
  authorization: string | undefined,
  { groupsClaim, operatorGroup }: SignInSettings,
): Caller | undefined => {
  if (verified === undefined || authorization === undefined) return undefined;
  const payload = payloadOf(authorization);
  const read = z.safeParse(claimsSchema, payload);
  if (!read.success || read.data.sub === '') return undefined;
  const { iss, sub, email, email_verified: isVerified } = read.data;
  if (iss !== String(verified.iss) || sub !== String(verified.sub)) return undefined;
  const isMailable = email !== undefined && String(isVerified) === 'true' && isAddress(email);
  return {
    subject: sub,
    personId: digest(JSON.stringify([iss, sub])),
    operator: groupsIn(payload, groupsClaim).includes(operatorGroup),
    ...(isMailable ? { address: email, recipientId: digest(email.toLowerCase()) } : {}),
  };
};
