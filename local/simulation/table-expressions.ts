import type { AttributeValue } from '@aws-sdk/client-dynamodb';

export type StoredItem = Readonly<Record<string, AttributeValue>>;

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

const tokenShape = /\s*(<>|<=|>=|[=<>(),.]|[#:]?[A-Za-z_][A-Za-z0-9_]*|\S)/gy;
const comparators = new Set(['=', '<>', '<', '<=', '>', '>=']);

/** The words of an expression, to be taken one after the other. */
const createTokens = (text: string) => {
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
    peek: () => tokens[next],
    expect: (word: string): void => {
      if (!isNext(word)) fail();
      next += 1;
    },
  };
};

type Tokens = ReturnType<typeof createTokens>;
type Path = readonly string[];

const readPath = (tokens: Tokens, { names }: Expression): Path => {
  const path: string[] = [];
  do {
    if (path.length > 0) tokens.expect('.');
    const token = tokens.take();
    const name = token.startsWith('#') ? names[token] : token;
    if (name === undefined || !/^[A-Za-z_]/.test(name)) return tokens.fail();
    path.push(name);
  } while (tokens.isNext('.'));
  return path;
};

const valueAt = (item: StoredItem | undefined, path: Path): AttributeValue | undefined => {
  let value: AttributeValue | undefined = { M: (item ?? {}) as Record<string, AttributeValue> };
  for (const name of path) value = value?.M?.[name];
  return value;
};

const readValue = (tokens: Tokens, { values }: Expression): AttributeValue => values[tokens.take()] ?? tokens.fail();

const readOperand = (tokens: Tokens, expression: Expression, item: StoredItem | undefined) =>
  tokens.peek()?.startsWith(':') ? readValue(tokens, expression) : valueAt(item, readPath(tokens, expression));

/** Text in the order of its UTF-8 bytes, numbers as numbers; undefined where the types differ. */
export const compareValues = (a: AttributeValue | undefined, b: AttributeValue | undefined): number | undefined => {
  if (a?.N !== undefined && b?.N !== undefined) return Math.sign(Number(a.N) - Number(b.N));
  if (a?.S !== undefined && b?.S !== undefined) return Buffer.compare(Buffer.from(a.S), Buffer.from(b.S));
  return undefined;
};

const isSame = (a: AttributeValue | undefined, b: AttributeValue | undefined): boolean =>
  compareValues(a, b) === 0 || (a !== undefined && JSON.stringify(a) === JSON.stringify(b));

const holds = (comparator: string, a: AttributeValue | undefined, b: AttributeValue | undefined): boolean => {
  if (comparator === '=') return isSame(a, b);
  if (comparator === '<>') return !isSame(a, b);
  const order = compareValues(a, b);
  if (order === undefined) return false;
  if (comparator === '<') return order < 0;
  if (comparator === '<=') return order <= 0;
  return comparator === '>' ? order > 0 : order >= 0;
};

const readFunction = (tokens: Tokens, expression: Expression, item: StoredItem | undefined): boolean => {
  const name = tokens.take();
  tokens.expect('(');
  const found = valueAt(item, readPath(tokens, expression));
  let result = found !== undefined;
  if (name === 'begins_with') {
    tokens.expect(',');
    result = found?.S?.startsWith(readValue(tokens, expression).S ?? '') ?? false;
  } else if (name === 'attribute_not_exists') result = !result;
  tokens.expect(')');
  return result;
};

const readComparison = (tokens: Tokens, expression: Expression, item: StoredItem | undefined): boolean => {
  if (tokens.isNext('ATTRIBUTE_EXISTS', 'ATTRIBUTE_NOT_EXISTS', 'BEGINS_WITH')) {
    return readFunction(tokens, expression, item);
  }
  const left = readOperand(tokens, expression, item);
  if (tokens.isNext('BETWEEN')) {
    tokens.take();
    const low = readOperand(tokens, expression, item);
    tokens.expect('AND');
    const high = readOperand(tokens, expression, item);
    return holds('>=', left, low) && holds('<=', left, high);
  }
  const comparator = tokens.take();
  if (!comparators.has(comparator)) return tokens.fail();
  return holds(comparator, left, readOperand(tokens, expression, item));
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

const withValue = (item: StoredItem, [name = '', ...rest]: Path, value: AttributeValue | undefined): StoredItem => {
  const inner = rest.length === 0 ? value : { M: { ...withValue(item[name]?.M ?? {}, rest, value) } };
  const { [name]: _, ...others } = item;
  return inner === undefined ? others : { ...others, [name]: inner };
};

const readAddend = (tokens: Tokens, expression: Expression, before: StoredItem): AttributeValue | undefined => {
  if (!tokens.isNext('IF_NOT_EXISTS')) return readOperand(tokens, expression, before);
  tokens.take();
  tokens.expect('(');
  const found = valueAt(before, readPath(tokens, expression));
  tokens.expect(',');
  const otherwise = readOperand(tokens, expression, before);
  tokens.expect(')');
  return found ?? otherwise;
};

const readSet = (tokens: Tokens, expression: Expression, before: StoredItem, item: StoredItem): StoredItem => {
  const path = readPath(tokens, expression);
  tokens.expect('=');
  const value = readAddend(tokens, expression, before);
  return value === undefined ? tokens.fail() : withValue(item, path, value);
};

/** Adds to a number, or to a set of texts. */
const readAdd = (tokens: Tokens, expression: Expression, before: StoredItem, item: StoredItem): StoredItem => {
  const path = readPath(tokens, expression);
  const { N, SS } = readValue(tokens, expression);
  const found = valueAt(before, path);
  if (SS !== undefined) return withValue(item, path, { SS: [...new Set([...(found?.SS ?? []), ...SS])].sort() });
  return N === undefined ? tokens.fail() : withValue(item, path, { N: String(Number(found?.N ?? 0) + Number(N)) });
};

const clauses = {
  SET: readSet,
  ADD: readAdd,
  REMOVE: (tokens: Tokens, expression: Expression, _before: StoredItem, item: StoredItem) =>
    withValue(item, readPath(tokens, expression), undefined),
};

/** An item with an update done to it. @throws ExpressionRefusedError */
export const updated = (expression: Expression, before: StoredItem): StoredItem => {
  const tokens = createTokens(expression.text);
  let item = before;
  do {
    const clause = clauses[tokens.take().toUpperCase() as keyof typeof clauses] ?? tokens.fail();
    do {
      if (tokens.isNext(',')) tokens.take();
      item = clause(tokens, expression, before, item);
    } while (tokens.isNext(','));
  } while (!tokens.isOver());
  return item;
};
