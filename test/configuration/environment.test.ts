import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { EnvironmentError, readEnvironment, type Variables } from '#adapters/configuration/environment.ts';
import { faultLine } from '#adapters/configuration/faults.ts';
import { processEnvironment } from '#adapters/configuration/process-environment.ts';

const schema = z.object({
  TABLE_NAME: z.string(),
  QUEUE_URL: z.url({ error: 'an address' }),
  LOG_LEVEL: z._default(z.enum(['INFO', 'DEBUG']), 'INFO'),
  BATCH_SIZE: z._default(z.coerce.number().check(z.gte(1), z.lte(10)), 10),
  LINK_SECRET: z.string().check(z.minLength(16)),
});

const good = { TABLE_NAME: 'warden', QUEUE_URL: 'https://queue.gpu.dev/1', LINK_SECRET: '0123456789abcdef' };

const faultLines = (variables: Variables): string[] => {
  try {
    readEnvironment(schema, variables);
    return [];
  } catch (error) {
    if (error instanceof EnvironmentError) return error.faults.map(faultLine);
    throw error;
  }
};

describe('faults', () => {
  test.each<[Variables, string]>([
    [{ ...good, TABLE_NAME: undefined }, 'TABLE_NAME: given nothing; allowed: a text'],
    [{ ...good, TABLE_NAME: '' }, 'TABLE_NAME: given nothing; allowed: a text'],
    [{ ...good, QUEUE_URL: 'queue' }, 'QUEUE_URL: given "queue"; allowed: an address'],
    [{ ...good, LOG_LEVEL: 'info' }, 'LOG_LEVEL: given "info"; allowed: "INFO" or "DEBUG"'],
    [{ ...good, BATCH_SIZE: '0' }, 'BATCH_SIZE: given "0"; allowed: at least 1'],
    [{ ...good, BATCH_SIZE: '11' }, 'BATCH_SIZE: given "11"; allowed: at most 10'],
    [{ ...good, BATCH_SIZE: 'ten' }, 'BATCH_SIZE: given "ten"; allowed: a number'],
    [
      { ...good, LINK_SECRET: 'short-secret' },
      'LINK_SECRET: given a value (not shown); allowed: a text of at least 16 characters',
    ],
    [{ ...good, LINK_SECRET: '' }, 'LINK_SECRET: given nothing; allowed: a text'],
  ])('%j', (variables, line) => {
    expect(faultLines(variables)).toEqual([line]);
  });

  test('all at once, in one readable error', () => {
    expect(() => readEnvironment(schema, { LOG_LEVEL: 'loud' })).toThrow(
      new EnvironmentError([
        { path: 'TABLE_NAME', given: 'nothing', allowed: 'a text' },
        { path: 'QUEUE_URL', given: 'nothing', allowed: 'an address' },
        { path: 'LOG_LEVEL', given: '"loud"', allowed: '"INFO" or "DEBUG"' },
        { path: 'LINK_SECRET', given: 'nothing', allowed: 'a text' },
      ]),
    );
    expect(new EnvironmentError([{ path: 'A', given: '1', allowed: '2' }])).toMatchObject({
      name: 'EnvironmentError',
      message: 'The environment has one fault:\n  A: given 1; allowed: 2',
    });
  });
});

test('good variables come typed, with defaults, and without what was not asked for', () => {
  const environment: z.output<typeof schema> = readEnvironment(schema, { ...good, LOG_LEVEL: '', PATH: '/bin' });
  expect(environment).toEqual({ ...good, LOG_LEVEL: 'INFO', BATCH_SIZE: 10 });
});

test('a strict schema does not mind the other variables of the process', () => {
  expect(readEnvironment(z.strictObject({ A: z.string() }), { A: 'a', PATH: '/bin' })).toEqual({ A: 'a' });
});

test('processEnvironment gives the variables of the process', () => {
  expect(processEnvironment()).toBe(process.env);
});
