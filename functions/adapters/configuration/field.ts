import * as z from 'zod/mini';
import { looksLikeCredential } from './secret.ts';

/** Registers what a setting means; the JSON Schema, the table of settings and the editor's hints are made from it. */
export const described = <Schema extends z.ZodMiniType>(description: string, schema: Schema): Schema => {
  z.globalRegistry.add(schema, { description });
  return schema;
};

/** A text that is not blank. Credentials are refused: settings travel in the bundle, where everybody who deploys can read them. */
export const text = (what: string) =>
  z.string({ error: what }).check(
    z.trim(),
    z.minLength(1),
    z.refine((value) => !looksLikeCredential(value), { error: `${what}; credentials do not belong in settings` }),
  );

// The HTML standard's pattern, but with a dot in the domain and no dot beside another: neither is deliverable.
const mailAddress =
  /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])$/;
const longestAddress = 254;

/** Whether a text is a mail address that can be delivered to, as far as one can see. */
export const isAddress = (value: string): boolean => value.length <= longestAddress && mailAddress.test(value);

export const address = () =>
  z.email({ pattern: mailAddress, error: 'a mail address, such as me@example.com' }).check(z.maxLength(longestAddress));

/** A number above 0 and at most so much, if a most is given. */
export const positiveNumber = (most = Number.POSITIVE_INFINITY) => {
  const error = most === Number.POSITIVE_INFINITY ? 'a number above 0' : `a number above 0, at most ${most}`;
  const number = z.number({ error }).check(z.positive({ error }));
  return most === Number.POSITIVE_INFINITY ? number : number.check(z.lte(most, { error }));
};

export const wholeNumber = (least: number, most: number) =>
  z.int({ error: `a whole number from ${least} to ${most}` }).check(z.gte(least), z.lte(most));

const isBareAddress = (value: string): boolean => {
  const url = URL.parse(value);
  return url !== null && url.username === '' && url.password === '' && !/[?#]/.test(value);
};

/** An address that paths are appended to, so it ends without a slash and has neither query nor credentials. */
export const httpAddress = () => {
  const error =
    'an http or https address without user, password, query or fragment, such as https://api.example.com/gpu';
  return z.url({ protocol: /^https?$/, error }).check(
    z.refine(isBareAddress, { error }),
    z.overwrite((value) => value.replace(/\/+$/, '')),
  );
};

const isTimeZone = (name: string): boolean => {
  // The list comes in 4 ms, the first formatter of a process in 35: every cold start reads the settings.
  if (name === 'UTC' || Intl.supportedValuesOf('timeZone').includes(name)) return true;
  try {
    // Knows the aliases, which the list leaves out (of Asia/Calcutta and Asia/Kolkata it names only one).
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
};

export const timeZone = () => {
  const error = 'an IANA time zone, such as Asia/Kolkata or UTC';
  return z.string({ error }).check(z.refine(isTimeZone, { error }));
};

/** When something ends: a date, or a date and time with its offset. See `endOf`. */
export const dateOrTime = () =>
  z.union([z.iso.date(), z.iso.datetime({ offset: true })], {
    error: 'a date, such as 2026-12-31, or a date and time with offset, such as 2026-12-31T18:00:00+05:30',
  });

/** A list in which nothing stands twice, judged by `keyOf`; an item without a key is left alone. */
export const distinct = <Item>(keyOf: (item: unknown) => string | undefined) =>
  z.check<Item[]>(
    ({ value, issues }) => {
      const firstAt = new Map<string, number>();
      for (const [index, item] of z.safeParse(z.array(z.unknown()), value).data?.entries() ?? []) {
        const key = keyOf(item);
        if (key === undefined) continue;
        const first = firstAt.get(key) ?? index;
        firstAt.set(key, first);
        if (first === index) continue;
        issues.push({
          code: 'custom',
          path: [index],
          input: item,
          message: `each entry once; this repeats [${first}]`,
        });
      }
    },
    { when: () => true },
  );

/** A list in which at most so many items share a key. The fault stands at the first item too many. */
export const atMostEach = <Item>(most: number, keyOf: (item: unknown) => string | undefined, because: string) =>
  z.check<Item[]>(
    ({ value, issues }) => {
      const counts = new Map<string, number>();
      for (const [index, item] of z.safeParse(z.array(z.unknown()), value).data?.entries() ?? []) {
        const key = keyOf(item);
        if (key === undefined) continue;
        const count = (counts.get(key) ?? 0) + 1;
        counts.set(key, count);
        if (count !== most + 1) continue;
        issues.push({ code: 'custom', path: [index], input: key, message: `at most ${most} ${because}` });
      }
    },
    { when: () => true },
  );

/** The key of a plain text, for `distinct`. */
export const sameText = (item: unknown): string | undefined => (typeof item === 'string' ? item : undefined);
