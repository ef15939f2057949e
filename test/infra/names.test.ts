import { expect, test } from 'vitest';
import * as z from 'zod/mini';
import { having, holds } from './rule.ts';
import { filledIn, prod, resourcesOf, synthesise } from './stage.ts';

/** Properties that are called a name, and yet make none in the account: by what they are instead. */
const noNames: Readonly<Record<string, string>> = {
  'AWS::IAM::Policy.PolicyName': 'within its role',
  'AWS::ApiGatewayV2::Stage.StageName': 'within its API',
  'AWS::ApiGatewayV2::Authorizer.Name': 'within its API',
  'AWS::Cognito::UserPoolGroup.GroupName': 'within its pool',
  'AWS::ApiGatewayV2::Api.Name': 'a title that need not be unique',
  'AWS::CloudWatch::Alarm.MetricName': 'of what is counted',
};

holds(
  'no resource has a name of its own: CloudFormation finds one that is free',
  {
    faultsIn: (template) =>
      Object.entries(template.Resources).flatMap(([id, { Type, Properties }]) =>
        Object.entries(Properties).flatMap(([name, value]) =>
          /Name$/.test(name) && typeof value === 'string' && noNames[`${Type}.${name}`] === undefined
            ? [`${id} is called ${value}`]
            : [],
        ),
      ),
    brokenBy: [
      having('PagesFunction', 'FunctionName', 'links'),
      having('Table', 'TableName', 'warden'),
      having('NoticesQueue', 'QueueName', 'notices'),
      having('PagesRole', 'RoleName', 'links'),
      having('AlarmsTopic', 'TopicName', 'alarms'),
      having('AlarmsNoPoll', 'AlarmName', 'no-poll'),
      having('LinksAccessLog', 'LogGroupName', '/warden/links'),
      having('GuardRuntimesSchedule', 'Name', 'guard'),
      having('MailRule', 'Name', 'returned-mails'),
      having('MailConfigurationSet', 'Name', 'warden'),
      having('AWS::CloudWatch::Dashboard', 'DashboardName', 'warden'),
    ],
  },
  // Where references are names already, a reference could not be told from a name.
  () => ({ ...prod(), template: prod().raw }),
);

const outputsOf = ({ Outputs }: { Outputs: Readonly<Record<string, { Value: unknown }>> }) =>
  Object.fromEntries(Object.entries(Outputs).map(([name, { Value }]) => [name, String(Value)]));

test('two stages stand side by side: nothing that one is found by is the other’s', () => {
  const stages = synthesise(filledIn({ stages: ['prod', 'test'] }));
  expect(stages.map(({ stackName }) => stackName)).toEqual(['gpu-warden-prod', 'gpu-warden-test']);
  const [one, two] = stages.map(({ template }) => outputsOf(template));
  // What the settings say, and what people do, may well be the same.
  const alike = Object.keys(one ?? {}).filter((name) => one?.[name] === two?.[name]);
  expect(alike).toEqual(expect.arrayContaining(['SettingsHash', 'Step3ConfirmTheAlarms']));
  expect(alike.filter((name) => !/^(SettingsHash|Step[23]\w+)$/.test(name))).toEqual([]);
});

test('a stage says its name wherever another one could be meant', () => {
  const [first, second] = synthesise(filledIn({ stages: ['prod', 'test'] })).map(({ template }) =>
    JSON.stringify(template),
  );
  expect(first).not.toMatch(/GpuWarden\/test|warden-test/);
  expect(second).not.toMatch(/GpuWarden\/prod|warden-prod/);
});

test('the API has its stage in its title', () => {
  const [api] = resourcesOf(prod().template, 'AWS::ApiGatewayV2::Api', z.object({ Name: z.string() }));
  expect(api?.is.Name).toBe('gpu-warden-prod');
});
