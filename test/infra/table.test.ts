import { expect, test } from 'vitest';
import * as z from 'zod/mini';
import { tableKeys } from '#adapters/store/table-keys.ts';
import { having, holds, likeAnother } from './rule.ts';
import { prod, resourcesOf, type Stage, synthesiseOne } from './stage.ts';

const table = z.looseObject({
  BillingMode: z._default(z.string(), 'PROVISIONED'),
  KeySchema: z.array(z.object({ AttributeName: z.string(), KeyType: z.string() })),
  AttributeDefinitions: z.array(z.object({ AttributeName: z.string(), AttributeType: z.string() })),
  TimeToLiveSpecification: z.optional(z.object({ AttributeName: z.string(), Enabled: z.boolean() })),
  PointInTimeRecoverySpecification: z.optional(z.object({ PointInTimeRecoveryEnabled: z.boolean() })),
  DeletionProtectionEnabled: z._default(z.boolean(), false),
});
const policies = z.looseObject({ DeletionPolicy: z.string(), UpdateReplacePolicy: z.string() });

const tableOf = ({ template }: Stage) => {
  const [found] = resourcesOf(template, 'AWS::DynamoDB::Table', table);
  if (found === undefined) throw new RangeError('There is no table.');
  return { ...found.is, ...policies.parse(template.Resources[found.id]) };
};

holds('there is one table: paid by use, recoverable, swept by the code’s own dates', {
  faultsIn: (template) => {
    const tables = resourcesOf(template, 'AWS::DynamoDB::Table', table);
    if (tables.length !== 1) return [`${tables.length} tables`];
    return tables.flatMap(({ id, is }) => [
      ...(is.BillingMode === 'PAY_PER_REQUEST' ? [] : [`${id} is paid by the hour`]),
      ...(is.PointInTimeRecoverySpecification?.PointInTimeRecoveryEnabled ? [] : [`${id} cannot be recovered`]),
      ...(is.TimeToLiveSpecification?.Enabled ? [] : [`${id} is never swept`]),
      ...('StreamSpecification' in is || 'GlobalSecondaryIndexes' in is ? [`${id} has what no code reads`] : []),
    ]);
  },
  brokenBy: [
    likeAnother('Table'),
    having('Table', 'BillingMode', undefined),
    having('Table', 'PointInTimeRecoverySpecification', undefined),
    having('Table', 'PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled', false),
    having('Table', 'TimeToLiveSpecification', undefined),
    having('Table', 'StreamSpecification', { StreamViewType: 'KEYS_ONLY' }),
  ],
});

test('its keys and its date are the ones that the store writes', () => {
  const { KeySchema, AttributeDefinitions, TimeToLiveSpecification } = tableOf(prod());
  expect(KeySchema).toEqual([
    { AttributeName: tableKeys.partition, KeyType: 'HASH' },
    { AttributeName: tableKeys.sort, KeyType: 'RANGE' },
  ]);
  expect(AttributeDefinitions.map(({ AttributeType }) => AttributeType)).toEqual(['S', 'S']);
  expect(TimeToLiveSpecification?.AttributeName).toBe(tableKeys.timeToLive);
});

test('it survives the stack and cannot be deleted by mistake, unless the settings say that nothing is kept', () => {
  const kept = { DeletionProtectionEnabled: true, DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' };
  expect(tableOf(prod())).toMatchObject(kept);
  const gone = { DeletionProtectionEnabled: false, DeletionPolicy: 'Delete', UpdateReplacePolicy: 'Delete' };
  expect(tableOf(synthesiseOne({ deployment: { keepData: false } }))).toMatchObject(gone);
});

const retained = ({ template }: Stage) =>
  Object.values(template.Resources).flatMap((resource) =>
    String(resource.DeletionPolicy ?? 'Delete') === 'Delete' ? [] : resource.Type,
  );

test('nothing else stays when the stack is gone', () => {
  expect(retained(prod())).toEqual(['AWS::DynamoDB::Table', 'AWS::Cognito::UserPool']);
  expect(retained(synthesiseOne({ deployment: { keepData: false } }))).toEqual([]);
});
