import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { compareValues, isSame, type StoredItem } from './table-values.ts';

/** An expression with what its `#names` and `:values` stand for. */
export type Expression = {
  readonly text: string;
  readonly names: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, AttributeValue>>;
};

/** An expression that DynamoDB refuses, or that this evaluator does not know: it never guesses. */
export class ExpressionRefusedError extends Error {
  override readonly name = 'ExpressionRefusedError';
}

const tokenShape = /\s*(<>|<=|>=|[#:][A-Za-z0-9_]+|[A-Za-z_][A-Za-z0-9_]*|\S)/gy;

/** The words of an expression, to be taken one after the other. */
export const createTokens = (text: string) => {
  const tokens = [...text.trim().matchAll(tokenShape)].map(([, token = '']) => token);
  let next = 0;
  const fail = (): never => {
    throw new ExpressionRefusedError(`Invalid expression near "${tokens[next] ?? 'its end'}": ${text}`);
  };
  const isNext = (...words: readonly string[]) => words.includes((tokens[next] ?? '').toUpperCase());
  const take = (): string => {
    const token = tokens[next];
    if (token === undefined) return fail();
    next += 1;
    return token;
  };
  return {
    fail,
    isNext,
    take,
    isOver: () => next >= tokens.length,
    peek: (ahead = 0) => tokens[next + ahead],
    expect: (word: string): void => {
      if (!isNext(word)) fail();
      next += 1;
    },
  };
};

export type Tokens = ReturnType<typeof createTokens>;
export type Path = readonly string[];

export const readPath = (tokens: Tokens, { names }: Expression): Path => {
  const path: string[] = [];
  do {
    if (path.length > 0) tokens.expect('.');
    const token = tokens.peek() ?? '';
    const name = token.startsWith('#') ? names[token] : /^[A-Za-z_]/.exec(token)?.input;
    if (name === undefined) return tokens.fail();
    tokens.take();
    path.push(name);
  } while (tokens.isNext('.'));
  return path;
};

export const valueAt = (item: StoredItem | undefined, path: Path): AttributeValue | undefined => {
  const [name = '', ...inner] = path;
  const value = item !== undefined && Object.hasOwn(item, name) ? item[name] : undefined;
  return inner.length === 0 ? value : valueAt(value?.M, inner);
};

export const readValue = (tokens: Tokens, { values }: Expression): AttributeValue => {
  const value = values[tokens.peek() ?? ''];
  if (value === undefined) return tokens.fail();
  tokens.take();
  return value;
};

export const readOperand = (tokens: Tokens, expression: Expression, item: StoredItem | undefined) =>
  tokens.peek()?.startsWith(':') ? readValue(tokens, expression) : valueAt(item, readPath(tokens, expression));

type Operand = AttributeValue | undefined;

const inOrder = (is: (order: number) => boolean) => (a: Operand, b: Operand) => {
  const order = compareValues(a, b);
  return order !== undefined && is(order);
};

const isAtLeast = inOrder((order) => order >= 0);
const isAtMost = inOrder((order) => order <= 0);

const comparators: ReadonlyMap<string, (a: Operand, b: Operand) => boolean> = new Map([
  ['=', isSame],
  ['<>', (a: Operand, b: Operand) => !isSame(a, b)],
  ['<', inOrder((order) => order < 0)],
  ['<=', isAtMost],
  ['>', inOrder((order) => order > 0)],
  ['>=', isAtLeast],
]);

const functionNames = new Set(['attribute_exists', 'attribute_not_exists', 'begins_with']);

type Test = (found: Operand) => boolean;

const beginsWith = (prefix: AttributeValue): Test => {
  const { S } = prefix;
  return (found) => S !== undefined && (found?.S?.startsWith(S) ?? false);
};

/** A function of a path, and the path. */
const readFunction = (tokens: Tokens, expression: Expression): { readonly path: Path; readonly isTrue: Test } => {
  const name = tokens.peek() ?? '';
  if (!functionNames.has(name)) tokens.fail();
  tokens.take();
  tokens.expect('(');
  const path = readPath(tokens, expression);
  let isTrue: Test = (found) => (found !== undefined) === (name === 'attribute_exists');
  if (name === 'begins_with') {
    tokens.expect(',');
    isTrue = beginsWith(readValue(tokens, expression));
  }
  tokens.expect(')');
  return { path, isTrue };
};

/** What stands after the left side of a comparison. */
const readRest = (tokens: Tokens, readRight: () => Operand): Test => {
  if (tokens.isNext('BETWEEN')) {
    tokens.take();
    const low = readRight();
    tokens.expect('AND');
    const high = readRight();
    return (left) => isAtLeast(left, low) && isAtMost(left, high);
  }
  const isTrue = comparators.get(tokens.peek() ?? '') ?? tokens.fail();
  tokens.take();
  const right = readRight();
  return (left) => isTrue(left, right);
};

const readComparison = (tokens: Tokens, expression: Expression, item: StoredItem | undefined): boolean => {
  if (tokens.peek(1) === '(') {
    const { path, isTrue } = readFunction(tokens, expression);
    return isTrue(valueAt(item, path));
  }
  const left = readOperand(tokens, expression, item);
  return readRest(tokens, () => readOperand(tokens, expression, item))(left);
};

const readTerm = (tokens: Tokens, expression: Expression, item: StoredItem | undefined): boolean => {
  if (tokens.isNext('NOT')) {
    tokens.take();
    return !readTerm(tokens, expression, item);
  }
  if (!tokens.isNext('(')) return readComparison(tokens, expression, item);
  tokens.take();
  const result = readOr(tokens, expression, item);
  tokens.expect(')');
  return result;
};

const readAnd = (tokens: Tokens, expression: Expression, item: StoredItem | undefined): boolean => {
  let result = readTerm(tokens, expression, item);
  while (tokens.isNext('AND')) {
    tokens.take();
    // Both sides are read, whatever the first says: a mistake in the second must not hide.
    const right = readTerm(tokens, expression, item);
    result &&= right;
  }
  return result;
};

const readOr = (tokens: Tokens, expression: Expression, item: StoredItem | undefined): boolean => {
  let result = readAnd(tokens, expression, item);
  while (tokens.isNext('OR')) {
    tokens.take();
    const right = readAnd(tokens, expression, item);
    result ||= right;
  }
  return result;
};

/** Whether a condition holds for an item, or for none. @throws ExpressionRefusedError */
export const isTrueOf = (expression: Expression, item: StoredItem | undefined): boolean => {
  const tokens = createTokens(expression.text);
  const result = readOr(tokens, expression, item);
  return tokens.isOver() ? result : tokens.fail();
};

const readSortCondition = (tokens: Tokens, expression: Expression): Test => {
  const isKey = (path: Path) => path.length === 1 && path[0] === 'sk';
  if (tokens.peek() === 'begins_with') {
    const { path, isTrue } = readFunction(tokens, expression);
    return isKey(path) ? isTrue : tokens.fail();
  }
  if (!isKey(readPath(tokens, expression)) || tokens.isNext('<>')) tokens.fail();
  return readRest(tokens, () => readValue(tokens, expression));
};

/**
 * A query's condition: the partition, and which of its items. It is `pk = :value`, and after `AND` one comparison of `sk` with
 * values. @throws ExpressionRefusedError
 */
export const readKeyCondition = (expression: Expression) => {
  const tokens = createTokens(expression.text);
  if (readPath(tokens, expression).join('.') !== 'pk') tokens.fail();
  tokens.expect('=');
  const partition = readValue(tokens, expression).S ?? tokens.fail();
  if (tokens.isOver()) return { partition, isWithin: () => true };
  tokens.expect('AND');
  const isTrue = readSortCondition(tokens, expression);
  if (!tokens.isOver()) tokens.fail();
  return { partition, isWithin: ({ sk }: StoredItem) => isTrue(sk) };
};

/** Refuses names and values that no expression mentions, as DynamoDB does. @throws ExpressionRefusedError */
export const refuseUnused = (texts: readonly string[], given: Pick<Expression, 'names' | 'values'>): void => {
  const used = new Set(texts.flatMap((text) => text.match(/[#:][A-Za-z0-9_]+/g) ?? []));
  const unused = [...Object.keys(given.names), ...Object.keys(given.values)].filter((each) => !used.has(each));
  if (unused.length > 0) throw new ExpressionRefusedError(`Unused in expressions: ${unused.join(', ')}`);
};
