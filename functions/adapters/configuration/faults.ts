import * as z from 'zod/mini';
import { looksLikeCredential, nameShown, shown } from './secret.ts';
import { nearestName } from './suggestion.ts';

/** One thing wrong with what was given: where (`availability.watches[2].gpus`), what stood there, what may stand there. */
export type Fault = { readonly path: string; readonly given: string; readonly allowed: string };

/** What came out of a check: the value in our own shape, or everything that is wrong with it. */
export type Checked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly faults: readonly Fault[] };

/** One line for a terminal. */
export const faultLine = (fault: Fault): string => `${fault.path}: given ${fault.given}; allowed: ${fault.allowed}`;

/** All faults as one message: a head that says what they are in, then one line each. */
export const faultReport = (what: string, faults: readonly Fault[]): string => {
  const count = faults.length === 1 ? 'one fault' : `${faults.length} faults`;
  return [`${what} ${count}:`, ...faults.map((fault) => `  ${faultLine(fault)}`)].join('\n');
};

const identifier = /^[A-Za-z_$][\w$]*$/;
/** A path as one writes it in TypeScript; the root is `(all of it)`. */
export const pathText = (path: readonly PropertyKey[]): string => {
  const text = path.reduce<string>((before, key) => {
    if (typeof key === 'number') return `${before}[${key}]`;
    const name = nameShown(String(key));
    if (!identifier.test(name)) return `${before}[${JSON.stringify(name)}]`;
    return before === '' ? name : `${before}.${name}`;
  }, '');
  return text === '' ? '(all of it)' : text;
};

const oneOf = (choices: readonly string[]): string =>
  choices.length < 2 ? choices.join('') : `${choices.slice(0, -1).join(', ')} or ${choices.at(-1)}`;

const typeWords: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  record: 'an object',
};

/** The names that the object schema which raised an issue knows, if it was one. */
const knownNames = (raisedBy: unknown): string[] | undefined =>
  raisedBy instanceof z.ZodMiniObject ? Object.keys(raisedBy.shape) : undefined;

const bound = (issue: { readonly origin: string }, words: string, number: number | bigint): string => {
  if (issue.origin === 'string') return `a text of ${words} ${number} characters`;
  if (issue.origin === 'array') return `a list of ${words} ${number}`;
  return `${words} ${number}`;
};

/** What is allowed, in words, where the schema itself does not say it. */
const allowedWords = (issue: z.core.$ZodRawIssue): string => {
  const names = knownNames(issue.inst)?.join(', ');
  if (issue.code === 'unrecognized_keys') return names ?? 'no other name';
  if (issue.code === 'invalid_type') {
    return names === undefined ? (typeWords[issue.expected] ?? issue.expected) : `an object with ${names}`;
  }
  if (issue.code === 'invalid_value') return oneOf(issue.values.map((value) => shown(value)));
  if (issue.code === 'too_small') return bound(issue, 'at least', issue.minimum);
  if (issue.code === 'too_big') return bound(issue, 'at most', issue.maximum);
  if (issue.code === 'invalid_format') return `a text of the format ${issue.format}`;
  if (issue.code === 'invalid_union') {
    return oneOf([...new Set(issue.errors.flatMap((option) => option.map(({ message }) => message)))]);
  }
  return 'another value';
};

const unknownNameFault = (path: readonly PropertyKey[], name: string, known: readonly string[]): Fault => {
  const meant = nearestName(name, known);
  const names = known.length === 0 ? 'no name at all' : known.join(', ');
  return {
    path: pathText([...path, name]),
    given: 'an unknown name',
    allowed: meant === undefined ? names : `${names}; did you mean ${meant}?`,
  };
};

/** What stands at a path; undefined where nothing does. */
export const valueAt = (input: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
    input,
  );

/** Checks `input` with `schema` and gathers every fault, each place and reason once, in the order of the schema. */
export const check = <Schema extends z.core.$ZodType>(schema: Schema, input: unknown): Checked<z.output<Schema>> => {
  const knownAt = new Map<string, readonly string[]>();
  const result = z.safeParse(schema, input, {
    error: (issue) => {
      if (issue.code === 'unrecognized_keys') knownAt.set(pathText(issue.path ?? []), knownNames(issue.inst) ?? []);
      return allowedWords(issue);
    },
  });
  if (result.success) return { ok: true, value: result.data };
  const faults = result.error.issues.flatMap((issue): Fault[] => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => unknownNameFault(issue.path, key, knownAt.get(pathText(issue.path)) ?? []));
    }
    // What really stood there: an issue would tell a value that was trimmed or turned into a number on the way.
    const given = shown(valueAt(input, issue.path), String(issue.path.at(-1) ?? ''));
    // A rule's own words may quote what was given.
    const allowed = looksLikeCredential(issue.message) ? 'another value' : issue.message;
    return [{ path: pathText(issue.path), given, allowed }];
  });
  return { ok: false, faults: [...new Map(faults.map((fault) => [faultLine(fault), fault])).values()] };
};
