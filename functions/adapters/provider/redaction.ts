import { shortestSecret, spellingsOf } from '#domain/secret.ts';

export type Redact = (text: string) => string;

/** Texts that look like a credential, whether we know them or not. */
const credentialPatterns = [
  /\b(?:pat|sk)-nc-[\w.~+/=-]*/gi,
  /\beyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?/g,
  /\b(?:bearer|basic)\s+[\w.~+/=-]+/gi,
  /(?<=[?&](?:access_token|refresh_token|token|password|api_key|key|secret)=)[^&\s"']+/gi,
  /(?<=:\/\/)[^/\s@"']+@/g,
];

const removed = '[redacted]';
const mostTextLength = 500;

/**
 * Takes secrets out of texts: those it was told, and whatever looks like a credential. Longest first, so that a secret
 * inside another leaves nothing behind. What is left is cut to 500 characters.
 */
export const createRedaction = (): { readonly learn: (secret: string) => void; readonly redact: Redact } => {
  const secrets = new Set<string>();
  const learn = (secret: string): void => {
    if (secret.length < shortestSecret) return;
    for (const spelling of spellingsOf(secret)) secrets.add(spelling);
  };
  const redact = (text: string): string => {
    let clean = text;
    for (const secret of [...secrets].sort((a, b) => b.length - a.length)) clean = clean.replaceAll(secret, removed);
    for (const pattern of credentialPatterns) clean = clean.replace(pattern, removed);
    return clean.length > mostTextLength ? `${clean.slice(0, mostTextLength)}…` : clean;
  };
  return { learn, redact };
};

const deepestCause = 4;

const codeOf = (error: Error): string | undefined =>
  'code' in error && typeof error.code === 'string' ? error.code : undefined;

/**
 * The chain of causes of an error of somebody else, as plain errors whose texts are clean. The original is not kept:
 * `fetch` puts header values and addresses into its messages and properties.
 */
export const redactedCause = (error: unknown, redact: Redact, depth = 1): Error => {
  if (!(error instanceof Error)) return new Error(redact(String(error)));
  const code = codeOf(error);
  const text = redact(`${error.name}: ${error.message}`) + (code === undefined ? '' : ` (${redact(code)})`);
  const inner = error.cause === undefined || depth === deepestCause ? undefined : error.cause;
  return new Error(text, inner === undefined ? {} : { cause: redactedCause(inner, redact, depth + 1) });
};
