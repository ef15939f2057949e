import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { dequal } from 'dequal';

export type StoredItem = Readonly<Record<string, AttributeValue>>;

const copyOfValue = (value: AttributeValue): AttributeValue => {
  if (value.M !== undefined) return { M: copyOf(value.M) };
  if (value.L !== undefined) return { L: value.L.map(copyOfValue) };
  if (value.B !== undefined) return { B: new Uint8Array(value.B) };
  if (value.SS !== undefined) return { SS: [...value.SS] };
  if (value.NS !== undefined) return { NS: [...value.NS] };
  if (value.BS !== undefined) return { BS: value.BS.map((each) => new Uint8Array(each)) };
  return { ...value };
};

/** An item that shares nothing with the given one. */
export const copyOf = (item: StoredItem): Record<string, AttributeValue> =>
  Object.fromEntries(Object.entries(item).map(([name, value]) => [name, copyOfValue(value)]));

const bytes = (text: string): number => Buffer.byteLength(text);

const sum = (sizes: readonly number[]): number => sizes.reduce((total, size) => total + size, 0);

const sizeOfNumber = (text: string): number => Math.ceil(text.length / 2) + 1;

/** Bytes, as DynamoDB counts them (almost: of numbers). Source: "DynamoDB item sizes and formats" in its developer guide. */
const sizeOfValue = ({ S, N, B, SS, NS, BS, L, M }: AttributeValue): number => {
  if (S !== undefined) return bytes(S);
  if (N !== undefined) return sizeOfNumber(N);
  if (B !== undefined) return B.length;
  if (SS !== undefined) return sum(SS.map(bytes));
  if (NS !== undefined) return sum(NS.map(sizeOfNumber));
  if (BS !== undefined) return sum(BS.map((each) => each.length));
  if (L !== undefined) return 3 + sum(L.map((each) => 1 + sizeOfValue(each)));
  return M === undefined ? 1 : 3 + Object.keys(M).length + sizeOf(M);
};

export const sizeOf = (item: StoredItem): number =>
  sum(Object.entries(item).map(([name, value]) => bytes(name) + sizeOfValue(value)));

/** Below 0, 0 or above it, in the order of the UTF-8 bytes. */
export const compareTexts = (a: string, b: string): number =>
  a === b ? 0 : Buffer.compare(Buffer.from(a), Buffer.from(b));

/** Text in the order of its UTF-8 bytes, numbers as numbers, binaries by their bytes; undefined where there is no order. */
export const compareValues = (a: AttributeValue | undefined, b: AttributeValue | undefined): number | undefined => {
  if (a?.N !== undefined && b?.N !== undefined) return Math.sign(Number(a.N) - Number(b.N));
  if (a?.S !== undefined && b?.S !== undefined) return compareTexts(a.S, b.S);
  if (a?.B !== undefined && b?.B !== undefined) return Buffer.compare(a.B, b.B);
  return undefined;
};

const isSameSet = (a: readonly string[], b: readonly string[]): boolean => dequal(a.toSorted(), b.toSorted());

/** Sets are the same in any order, and so are the attributes of a map. */
export const isSame = (a: AttributeValue | undefined, b: AttributeValue | undefined): boolean => {
  if (a === undefined || b === undefined) return false;
  if (a.SS !== undefined && b.SS !== undefined) return isSameSet(a.SS, b.SS);
  if (a.NS !== undefined && b.NS !== undefined) return isSameSet(a.NS, b.NS);
  return (compareValues(a, b) ?? Number.NaN) === 0 || dequal(a, b);
};
