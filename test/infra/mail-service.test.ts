import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { roleStatements } from './policies.ts';
import { prod, resourcesOf, type Stage, synthesiseOne } from './stage.ts';

const mail = (identity: string, sender = 'warden@gpu.dev') =>
  synthesiseOne({ mail: { sender, operator: 'ops@gpu.dev', identity } });

const identitiesOf = ({ template }: Stage) =>
  resourcesOf(template, 'AWS::SES::EmailIdentity', z.looseObject({ EmailIdentity: z.string() })).map(
    ({ is }) => is.EmailIdentity,
  );

describe('who verifies the sender', () => {
  test('somebody else did, unless the settings say so', () => {
    expect(identitiesOf(prod())).toEqual([]);
    expect(prod().template.Outputs.Step2ConfirmTheSender?.Value).toContain(
      'warden@gpu.dev or gpu.dev has to be verified',
    );
  });

  test('the stack asks SES to, for the address', () => {
    const stage = mail('create-address');
    expect(identitiesOf(stage)).toEqual(['warden@gpu.dev']);
    expect(stage.template.Outputs.Step2ConfirmTheSender?.Value).toBe(
      'Press the link in the mail that SES sent to warden@gpu.dev.',
    );
  });

  test('the stack asks SES to, for the domain', () => {
    const stage = mail('create-domain', 'warden@mail.gpu.dev');
    expect(identitiesOf(stage)).toEqual(['mail.gpu.dev']);
    expect(stage.template.Outputs.Step2ConfirmTheSender?.Value).toContain('for mail.gpu.dev (');
  });
});

test('mails leave from the sender of the settings and from nobody else', () => {
  const stage = mail('existing', 'other@gpu.dev');
  const from = roleStatements(stage.template).flatMap(({ actions, conditions }) =>
    actions.includes('ses:SendEmail') ? (conditions.StringEquals?.['ses:FromAddress'] ?? []) : [],
  );
  expect(from).toEqual(['other@gpu.dev']);
});

const destination = z.object({
  ConfigurationSetName: z.string(),
  EventDestination: z.object({
    Enabled: z.boolean(),
    EventBridgeDestination: z.object({ EventBusArn: z.string() }),
    MatchingEventTypes: z.array(z.string()),
  }),
});

test('SES tells the default bus, the only one that it can, of every mail that came back', () => {
  const { template } = prod();
  const found = resourcesOf(template, 'AWS::SES::ConfigurationSetEventDestination', destination).map(({ is }) => is);
  expect(found).toEqual([
    {
      ConfigurationSetName: template.Outputs.ConfigurationSet?.Value,
      EventDestination: {
        Enabled: true,
        EventBridgeDestination: { EventBusArn: 'arn:aws:events:eu-west-1:111122223333:event-bus/default' },
        MatchingEventTypes: ['bounce', 'complaint', 'reject'],
      },
    },
  ]);
});

const rule = z.object({ EventPattern: z.record(z.string(), z.unknown()), EventBusName: z.optional(z.string()) });
const container = z.record(z.string(), z.unknown());

/** As EventBridge matches exact values: a list in the pattern names what may stand there, or in a list that stands there. */
const matches = (pattern: unknown, value: unknown): boolean => {
  if (Array.isArray(pattern)) return (Array.isArray(value) ? value : [value]).some((each) => pattern.includes(each));
  const given = container.safeParse(value);
  return (
    given.success && Object.entries(container.parse(pattern)).every(([name, inner]) => matches(inner, given.data[name]))
  );
};

const bounceUnder = (configurationSet: unknown, source = 'aws.ses') => ({
  version: '0',
  source,
  'detail-type': 'Email Bounced',
  detail: {
    eventType: 'Bounce',
    bounce: { bounceType: 'Permanent' },
    mail: { messageId: 'm1', tags: { 'ses:configuration-set': [configurationSet], 'ses:operation': ['SendEmail'] } },
  },
});

test('our function is called for our own mails and for no others of the account', () => {
  const { template } = prod();
  const [found, ...others] = resourcesOf(template, 'AWS::Events::Rule', rule);
  expect(others).toEqual([]);
  expect(found?.is.EventBusName).toBeUndefined();
  const called = (event: unknown) => matches(found?.is.EventPattern, event);
  expect(called(bounceUnder(template.Outputs.ConfigurationSet?.Value))).toBe(true);
  expect(called(bounceUnder('somebody-else'))).toBe(false);
  expect(called(bounceUnder(template.Outputs.ConfigurationSet?.Value, 'aws.s3'))).toBe(false);
  expect(called({ source: 'aws.ses', detail: { mail: {} } })).toBe(false);
});

test('SES writes to no address that bounced or complained before', () => {
  const shape = z.object({ SuppressionOptions: z.object({ SuppressedReasons: z.array(z.string()) }) });
  const [found] = resourcesOf(prod().template, 'AWS::SES::ConfigurationSet', shape);
  expect(found?.is.SuppressionOptions.SuppressedReasons).toEqual(['BOUNCE', 'COMPLAINT']);
});
