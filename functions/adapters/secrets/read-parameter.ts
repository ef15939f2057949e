import * as z from 'zod/mini';
import { parsedJson } from '#adapters/provider/json.ts';
import { second } from '#domain/time.ts';
import { type AwsAccess, type SignedAnswer, sendSigned } from './signed-call.ts';

/** A parameter could not be read. The message names it and says what to look at; nothing of its value is in it. */
export class ParameterUnreadableError extends Error {
  override readonly name = 'ParameterUnreadableError';
}

export type ParameterParts = {
  readonly access: AwsAccess;
  /** Another address of Systems Manager than the region's. */
  readonly endpoint?: string | undefined;
  readonly sleep: (milliseconds: number) => Promise<void>;
};

const mostTries = 3;
const answersWithin = 5 * second;
const waitBeforeRetry = 200;

const parameterAnswer = z.object({ Parameter: z.object({ Value: z.string() }) });
const refusal = z.object({
  __type: z.string(),
  message: z.optional(z.string()),
  Message: z.optional(z.string()),
});

/** What became of one try: the value, that there is none, or in words why not, and whether to try again. */
type Try =
  | { readonly read: true; readonly value: string | undefined }
  | { readonly read: false; readonly because: string; readonly passes: boolean };

const readAnswer = ({ status, body }: SignedAnswer): Try => {
  if (status === 200) {
    const { success, data } = parameterAnswer.safeParse(parsedJson(body));
    // The answer holds the secret, so nothing of it is said.
    return success
      ? { read: true, value: data.Parameter.Value }
      : { read: false, because: 'the answer was not understood', passes: false };
  }
  const { data } = refusal.safeParse(parsedJson(body));
  const name = data?.__type.split('#').at(-1) ?? '';
  if (name === 'ParameterNotFound') return { read: true, value: undefined };
  const words = [name, data?.message ?? data?.Message].filter((word) => word !== undefined && word !== '').join(': ');
  const passes = status >= 500 || status === 429 || /thrott|requestlimit|toomany/i.test(name);
  return { read: false, because: words === '' ? `it answered ${status}` : words, passes };
};

const codeOf = (error: Error): string => ('code' in error && typeof error.code === 'string' ? error.code : error.name);

const tryOnce = async ({ access, endpoint }: ParameterParts, name: string): Promise<Try> => {
  const call = { service: 'ssm', endpoint, target: 'AmazonSSM.GetParameter' };
  const input = { Name: name, WithDecryption: true };
  try {
    return readAnswer(await sendSigned(access, { ...call, input, signal: AbortSignal.timeout(answersWithin) }));
  } catch (error) {
    return { read: false, because: error instanceof Error ? codeOf(error) : 'no answer', passes: true };
  }
};

const adviceOn = (because: string): string =>
  /denied|unauthori[sz]ed|kms|key|token|signature/i.test(because)
    ? "Check that the function's role allows ssm:GetParameter on it, and the use of the key that encrypts it."
    : 'It is read again by itself; if this goes on, check that Systems Manager answers in this region.';

/**
 * The decrypted value of a SecureString parameter of Systems Manager, or undefined where there is none of this name. What passes
 * is tried again; then, and in every other case, it throws a `ParameterUnreadableError`.
 */
export const readParameter = async (parts: ParameterParts, name: string): Promise<string | undefined> => {
  for (let tries = 1; ; tries += 1) {
    const outcome = await tryOnce(parts, name);
    if (outcome.read) return outcome.value;
    const { because, passes } = outcome;
    if (!passes || tries === mostTries) {
      throw new ParameterUnreadableError(`The parameter ${name} cannot be read (${because}). ${adviceOn(because)}`);
    }
    await parts.sleep(waitBeforeRetry * 2 ** (tries - 1));
  }
};
