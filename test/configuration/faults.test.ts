import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { check, faultLine, pathText } from '#adapters/configuration/faults.ts';

const lines = (schema: z.ZodMiniType, input: unknown): string[] => {
  const checked = check(schema, input);
  return checked.ok ? [] : checked.faults.map(faultLine);
};

describe('what is allowed is said in words where a schema says nothing itself', () => {
  test.each<[string, z.ZodMiniType, unknown, string]>([
    ['text', z.string(), 1, 'given 1; allowed: a text'],
    ['number', z.number(), 'x', 'given "x"; allowed: a number'],
    ['whole number', z.int(), 1.5, 'given 1.5; allowed: a whole number'],
    ['boolean', z.boolean(), 'yes', 'given "yes"; allowed: true or false'],
    ['list', z.array(z.string()), 'x', 'given "x"; allowed: a list'],
    ['record', z.record(z.string(), z.string()), 'x', 'given "x"; allowed: an object'],
    ['any other type', z.bigint(), 'x', 'given "x"; allowed: bigint'],
    ['object', z.object({ a: z.string(), b: z.string() }), 1, 'given 1; allowed: an object with a, b'],
    ['one constant', z.literal('x'), 'y', 'given "y"; allowed: "x"'],
    ['constants', z.literal([1, 2, 3]), 4, 'given 4; allowed: 1, 2 or 3'],
    ['short text', z.string().check(z.minLength(3)), 'ab', 'given "ab"; allowed: a text of at least 3 characters'],
    ['long text', z.string().check(z.maxLength(3)), 'abcd', 'given "abcd"; allowed: a text of at most 3 characters'],
    ['short list', z.array(z.int()).check(z.minLength(1)), [], 'given an empty list; allowed: a list of at least 1'],
    ['long list', z.array(z.int()).check(z.maxLength(1)), [1, 2], 'given a list of 2; allowed: a list of at most 1'],
    ['small number', z.number().check(z.gte(3)), 2, 'given 2; allowed: at least 3'],
    ['big number', z.number().check(z.lte(3)), 4, 'given 4; allowed: at most 3'],
    ['format', z.uuid(), 'x', 'given "x"; allowed: a text of the format uuid'],
    ['choice', z.union([z.string(), z.number(), z.string()]), true, 'given true; allowed: a text or a number'],
    ['own rule', z.string().check(z.refine(() => false)), 'x', 'given "x"; allowed: another value'],
    ['own words', z.string({ error: 'a colour' }), 1, 'given 1; allowed: a colour'],
  ])('%s', (_, schema, input, line) => {
    expect(lines(schema, input)).toEqual([`(all of it): ${line}`]);
  });
});

test('an object that knows no names says so', () => {
  expect(lines(z.strictObject({}), { a: 1 })).toEqual(['a: given an unknown name; allowed: no name at all']);
});

test('names are suggested from the object in which the unknown one stands', () => {
  const schema = z.strictObject({ outer: z.strictObject({ colour: z.optional(z.string()) }) });
  expect(lines(schema, { outer: { color: 'red' }, colour: 'red' })).toEqual([
    'outer.color: given an unknown name; allowed: colour; did you mean colour?',
    'colour: given an unknown name; allowed: outer',
  ]);
});

test('the same fault is told once', () => {
  expect(lines(z.int({ error: 'from 5 to 3' }).check(z.gte(5), z.lte(3)), 4)).toEqual([
    '(all of it): given 4; allowed: from 5 to 3',
  ]);
});

test('a good value comes parsed', () => {
  expect(check(z.object({ a: z._default(z.int(), 1) }), {})).toEqual({ ok: true, value: { a: 1 } });
});

test.each([
  [[], '(all of it)'],
  [['a'], 'a'],
  [['a', 'b', 2, 'c'], 'a.b[2].c'],
  [[0, 'a'], '[0].a'],
  [['a', 'reply-to', 'b'], 'a["reply-to"].b'],
  [['a', 'pat-nc-1'], 'a["(not shown)"]'],
])('path %j reads %s', (path, text) => {
  expect(pathText(path)).toBe(text);
});
