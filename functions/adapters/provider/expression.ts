import { JMESPathTypeError, search } from '@aws-lambda-powertools/jmespath';
import type { Understood } from './understand.ts';

// With these two the library takes a 0 for null, and an idle GPU shows 0 (seen in @aws-lambda-powertools/jmespath 2.36).
const takesZeroForNull = /\b(?:not_null|map)\s*\(/;

/** What is wrong with a JMESPath expression, or undefined if nothing is. */
export const expressionFault = (expression: string): string | undefined => {
  if (takesZeroForNull.test(expression)) return 'not_null() and map() take a 0 for null here; write a || b and [].a';
  try {
    search(expression, {});
    return undefined;
  } catch (error) {
    // A function that cannot work on an empty object may well work on the answer.
    if (error instanceof JMESPathTypeError) return undefined;
    return error instanceof Error ? error.message : String(error);
  }
};

/** What the expression finds, with undefined for null; or why it cannot be used on this value. */
export const find = (expression: string, value: unknown): Understood<unknown> => {
  // JMESPath finds nothing in a number or a text but the value itself.
  if (typeof value !== 'object' || value === null) {
    return { understood: true, value: expression === '@' ? value : undefined };
  }
  try {
    return { understood: true, value: search(expression, value) ?? undefined };
  } catch (error) {
    return { understood: false, because: error instanceof Error ? error.message : String(error) };
  }
};

/** What the expression finds; one that cannot be used finds nothing. */
export const found = (expression: string, value: unknown): unknown => {
  const result = find(expression, value);
  return result.understood ? result.value : undefined;
};

/** What each expression finds, by its name. */
export const foundEach = (expressions: Readonly<Record<string, string>>, value: unknown): Record<string, unknown> =>
  Object.fromEntries(Object.entries(expressions).map(([name, expression]) => [name, found(expression, value)]));
