import type * as z from 'zod/mini';
import { NotUnderstood, type Operation } from './errors.ts';
import type { Answer } from './exchange.ts';
import { parsedJson } from './json.ts';
import type { Redact } from './redaction.ts';

/** A value in our own shape, or which field could not be read and what it held. */
export type Understood<T> =
  | { readonly understood: true; readonly value: T }
  | { readonly understood: false; readonly because: string };

const longestShown = 40;

/** What was given, short enough for a line. */
const shown = (value: unknown): string => {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object') return 'an object';
  const text = JSON.stringify(value);
  return text.length > longestShown ? `${text.slice(0, longestShown)}…` : text;
};

const at = (value: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (inner, key) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, key) : undefined),
    value,
  );

const pathText = (path: readonly PropertyKey[]): string =>
  path.length === 0 ? 'it' : path.map((key) => (typeof key === 'number' ? `[${key}]` : String(key))).join('.');

const expectedIn = (issue: z.core.$ZodIssue): readonly string[] => {
  if (issue.code === 'invalid_type') return [issue.expected];
  return issue.code === 'invalid_union' ? issue.errors.flat().flatMap(expectedIn) : [];
};

/** zod/mini carries no texts, so they are made here: the field, what it should be, what it was. */
const issueText = (issue: z.core.$ZodIssue, given: unknown): string => {
  const expected = expectedIn(issue);
  const should = expected.length === 0 ? 'not usable' : `expected ${expected.join(' or ')}`;
  return `${pathText(issue.path)}: ${should}, given ${shown(at(given, issue.path))}`;
};

const faultText = (issues: readonly z.core.$ZodIssue[], given: unknown, names: Names): string =>
  issues
    .map((issue) => {
      const name = names[String(issue.path[0])];
      const origin = name === undefined ? '' : ` (read by the mapping ${JSON.stringify(name)})`;
      return issueText(issue, given) + origin;
    })
    .join('; ');

/** Where in the answer our fields come from, where that is a setting. */
export type Names = Readonly<Record<string, string>>;

/** Reads a value by a schema. */
export const understand = <T>(schema: z.ZodMiniType<T>, given: unknown, names: Names = {}): Understood<T> => {
  const result = schema.safeParse(given);
  return result.success
    ? { understood: true, value: result.data }
    : { understood: false, because: faultText(result.error.issues, given, names) };
};

/**
 * Reads fields, of which those that are not `needed` only help: one that cannot be read is as good as missing, and
 * must not sink the rest.
 */
export const understandFields = <T>(
  schema: z.ZodMiniType<T>,
  fields: Readonly<Record<string, unknown>>,
  needed: readonly string[],
  names: Names = {},
): Understood<T> => {
  const stated = Object.entries(fields).filter(([, value]) => value !== undefined && value !== null);
  const first = schema.safeParse(Object.fromEntries(stated));
  if (first.success) return { understood: true, value: first.data };
  const unreadable = new Set(first.error.issues.map(({ path }) => String(path[0])));
  const kept = stated.filter(([name]) => needed.includes(name) || !unreadable.has(name));
  return understand(schema, Object.fromEntries(kept), names);
};

/** The answer's JSON. */
export const answerJson = (operation: Operation, answer: Answer): unknown => {
  const json = parsedJson(answer.text);
  if (json !== undefined) return json;
  const what = answer.text === '' ? 'empty' : 'not JSON';
  throw notUnderstood(operation, answer, `the body is ${what}`);
};

/** The error for a successful answer that cannot be read. */
export const notUnderstood = (operation: Operation, answer: Answer, because: string): NotUnderstood => {
  const { status, requestId } = answer;
  return new NotUnderstood(`the answer could not be read: ${because}`, { operation, status, requestId });
};

/** The value, or the error thrown. */
export const orThrow = <T>(operation: Operation, answer: Answer, result: Understood<T>, redact: Redact): T => {
  if (result.understood) return result.value;
  throw notUnderstood(operation, answer, redact(result.because));
};
