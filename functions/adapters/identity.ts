import { createHash, randomUUID } from 'node:crypto';

/** 128 bits of SHA-256, as 22 URL-safe characters: an id that does not give its source away. */
export const digest = (text: string): string =>
  createHash('sha256').update(text).digest().subarray(0, 16).toString('base64url');

/** A new id, never seen before. */
export const newId = (): string => randomUUID();
