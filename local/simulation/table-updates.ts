import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import {
  createTokens,
  type Expression,
  ExpressionRefusedError,
  type Path,
  readOperand,
  readPath,
  readValue,
  type Tokens,
  valueAt,
} from './table-expressions.ts';
import { compareTexts, type StoredItem } from './table-values.ts';

const refuse = (text: string): never => {
  throw new ExpressionRefusedError(text);
};

/** What becomes of one path; undefined takes it away. */
type Change = { readonly path: Path; readonly value: AttributeValue | undefined };

const withChange = (item: StoredItem, { path: [name = '', ...inner], value }: Change): StoredItem => {
  const { [name]: before, ...others } = item;
  if (inner.length === 0) return value === undefined ? others : { ...others, [name]: value };
  if (before?.M === undefined)
    return refuse('The document path provided in the update expression is invalid for update');
  return { ...others, [name]: { M: withChange(before.M, { path: inner, value }) } };
};

const sum = (a: AttributeValue, b: AttributeValue, sign: 1 | -1): AttributeValue => {
  if (a.N === undefined || b.N === undefined)
    return refuse('An operand in the update expression has an incorrect data type');
  return { N: String(Number(a.N) + sign * Number(b.N)) };
};

const readAddend = (tokens: Tokens, expression: Expression, before: StoredItem): AttributeValue => {
  const missing = () => refuse('The provided expression refers to an attribute that does not exist in the item');
  if (tokens.peek() !== 'if_not_exists' || tokens.peek(1) !== '(') {
    return readOperand(tokens, expression, before) ?? missing();
  }
  tokens.take();
  tokens.expect('(');
  const found = valueAt(before, readPath(tokens, expression));
  tokens.expect(',');
  const otherwise = readOperand(tokens, expression, before);
  tokens.expect(')');
  return found ?? otherwise ?? missing();
};

const readSet = (tokens: Tokens, expression: Expression, before: StoredItem): Change => {
  const path = readPath(tokens, expression);
  tokens.expect('=');
  const value = readAddend(tokens, expression, before);
  if (!tokens.isNext('+', '-')) return { path, value };
  const sign = tokens.take() === '+' ? 1 : -1;
  return { path, value: sum(value, readAddend(tokens, expression, before), sign) };
};

/** Adds to a number, or to a set of texts. */
const readAdd = (tokens: Tokens, expression: Expression, before: StoredItem): Change => {
  const path = readPath(tokens, expression);
  const added = readValue(tokens, expression);
  const found = valueAt(before, path);
  if (added.SS === undefined) return { path, value: sum(found ?? { N: '0' }, added, 1) };
  if (found !== undefined && found.SS === undefined) {
    return refuse('An operand in the update expression has an incorrect data type');
  }
  return { path, value: { SS: [...new Set([...(found?.SS ?? []), ...added.SS])].sort(compareTexts) } };
};

const readRemove = (tokens: Tokens, expression: Expression): Change => ({
  path: readPath(tokens, expression),
  value: undefined,
});

const clauses = new Map([
  ['SET', readSet],
  ['ADD', readAdd],
  ['REMOVE', readRemove],
]);

const overlap = (a: Path, b: Path): boolean => a.every((name, index) => index >= b.length || name === b[index]);

/** An item with an update done to it. Every value is that of before. @throws ExpressionRefusedError */
export const updated = (expression: Expression, before: StoredItem): StoredItem => {
  const tokens = createTokens(expression.text);
  const left = new Map(clauses);
  const changes: Change[] = [];
  do {
    const name = tokens.peek()?.toUpperCase() ?? '';
    const readChange = left.get(name) ?? tokens.fail();
    left.delete(name);
    do {
      tokens.take();
      changes.push(readChange(tokens, expression, before));
    } while (tokens.isNext(','));
  } while (!tokens.isOver());
  const twice = changes.some(({ path }, index) => changes.slice(0, index).some((other) => overlap(path, other.path)));
  if (twice) return refuse(`Two document paths overlap with each other: ${expression.text}`);
  return changes.reduce(withChange, before);
};
