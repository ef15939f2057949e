import * as z from 'zod/mini';
import { account, arnOf } from './resolve.ts';
import type { Asked } from './simulate.ts';
import { resourcesOf, type Stage } from './stage.ts';

/** A question to a policy, and what it is called. */
export type Question = Asked & { readonly what: string };

const about = (
  service: string,
  actions: readonly string[],
  resources: Readonly<Record<string, string>>,
  context: Readonly<Record<string, string>> = {},
): readonly Question[] =>
  Object.entries(resources).flatMap(([called, resource]) =>
    actions.map((action) => ({ what: `${action} ${called}`, action: `${service}:${action}`, resource, context })),
  );

const named = ({ stackName, template }: Stage, type: string, path: string): string => {
  const found = resourcesOf(template, type, z.unknown()).find(({ id }) => id.startsWith(path));
  if (found === undefined) throw new RangeError(`There is no ${type} ${path}.`);
  return `${stackName}-${found.id}`;
};

const tableQuestions = (stage: Stage) =>
  about(
    'dynamodb',
    [
      ...['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem', 'Query', 'Scan', 'BatchGetItem', 'BatchWriteItem'],
      ...[
        'ConditionCheckItem',
        'DescribeTable',
        'UpdateTable',
        'DeleteTable',
        'UpdateTimeToLive',
        'UpdateContinuousBackups',
      ],
    ],
    {
      'the table': arnOf('dynamodb', `table/${named(stage, 'AWS::DynamoDB::Table', 'Table')}`),
      "another stage's table": arnOf('dynamodb', 'table/gpu-warden-test-TableCD117FA1'),
    },
  );

const queueQuestions = (stage: Stage) =>
  about(
    'sqs',
    [
      ...[
        'SendMessage',
        'ReceiveMessage',
        'DeleteMessage',
        'ChangeMessageVisibility',
        'GetQueueAttributes',
        'GetQueueUrl',
      ],
      ...['PurgeQueue', 'SetQueueAttributes', 'AddPermission', 'DeleteQueue'],
    ],
    {
      'the notices': arnOf('sqs', named(stage, 'AWS::SQS::Queue', 'NoticesQueue')),
      'the dead notices': arnOf('sqs', named(stage, 'AWS::SQS::Queue', 'NoticesNoticeDeadLetters')),
      'the dead events': arnOf('sqs', named(stage, 'AWS::SQS::Queue', 'EventDeadLetters')),
      "another stage's notices": arnOf('sqs', 'gpu-warden-test-NoticesQueue8F17BA1B'),
    },
  );

const parameterQuestions = ({ stackName }: Stage) =>
  about(
    'ssm',
    [
      ...['GetParameter', 'GetParameters', 'GetParametersByPath', 'GetParameterHistory'],
      ...['PutParameter', 'DeleteParameter', 'DeleteParameters'],
    ],
    {
      'the credential': arnOf('ssm', `parameter/${stackName}/provider-credential`),
      'the link keys': arnOf('ssm', `parameter/${stackName}/link-keys`),
      "another stage's credential": arnOf('ssm', 'parameter/gpu-warden-test/provider-credential'),
      'a parameter beside them': arnOf('ssm', `parameter/${stackName}/link-keys-of-old`),
      "somebody else's parameter": arnOf('ssm', 'parameter/database/password'),
    },
  );

/** From the sender, and from an address of the same domain; SES asks for all of these identities at one time or another. */
const mailQuestions = (stage: Stage) => {
  const identities = {
    "by the sender's address": arnOf('ses', 'identity/warden@gpu.dev'),
    "by the sender's domain": arnOf('ses', 'identity/gpu.dev'),
    "by a recipient's identity": arnOf('ses', 'identity/ada@elsewhere.org'),
  };
  const sets = {
    'under the configuration set': arnOf(
      'ses',
      `configuration-set/${named(stage, 'AWS::SES::ConfigurationSet', 'MailConfigurationSet')}`,
    ),
  };
  const foreign = { 'under another configuration set': arnOf('ses', 'configuration-set/somebody-elses') };
  const from = (address: string) => ({ 'ses:FromAddress': address });
  return [
    ...about('ses', ['SendEmail'], { ...identities, ...sets, ...foreign }, from('warden@gpu.dev')),
    ...about('ses', ['SendEmail'], identities, from('boss@gpu.dev')).map((one) => ({
      ...one,
      what: `${one.what} as another`,
    })),
    ...about(
      'ses',
      ['SendRawEmail', 'SendBulkEmail', 'DeleteEmailIdentity', 'PutEmailIdentityFeedbackAttributes'],
      identities,
      from('warden@gpu.dev'),
    ),
  ];
};

const logQuestions = (stage: Stage, id: string) =>
  about('logs', ['CreateLogStream', 'PutLogEvents', 'GetLogEvents', 'DeleteLogStream'], {
    'its log': arnOf('logs', `log-group:${named(stage, 'AWS::Logs::LogGroup', id)}:log-stream:a`),
    "another's log": arnOf('logs', `log-group:${named(stage, 'AWS::Logs::LogGroup', 'LinksAccessLog')}:log-stream:a`),
  });

const otherQuestions = (stage: Stage) => {
  const nameOf = (type: string, path: string) => named(stage, type, path);
  const role = { "the pages' role": arnOf('iam', `role/${nameOf('AWS::IAM::Role', 'PagesRole')}`, '') };
  const functionArn = (path: string) =>
    arnOf('lambda', `function:${nameOf('AWS::Lambda::Function', `${path}Function`)}`);
  return [
    ...about('lambda', ['InvokeFunction', 'UpdateFunctionCode', 'GetFunction'], {
      'the watcher': functionArn('WatchAvailability'),
      'the guard': functionArn('GuardRuntimes'),
      'the pages': functionArn('Pages'),
    }),
    ...about('iam', ['PassRole', 'PutRolePolicy', 'AttachRolePolicy'], role),
    ...about('sts', ['AssumeRole'], role),
    ...about('sns', ['Publish', 'Subscribe'], {
      'the alarms': arnOf('sns', nameOf('AWS::SNS::Topic', 'AlarmsTopic')),
    }),
    ...about('scheduler', ['UpdateSchedule', 'DeleteSchedule'], {
      'a schedule': arnOf('scheduler', `schedule/default/${nameOf('AWS::Scheduler::Schedule', 'GuardRuntimes')}`),
    }),
    ...about('kms', ['Decrypt'], { 'a key': arnOf('kms', 'key/11111111-2222-3333-4444-555555555555') }),
    ...about('s3', ['GetObject', 'PutObject'], { 'a bucket': `arn:${account.partition}:s3:::cdk-assets/a.zip` }),
    ...about('secretsmanager', ['GetSecretValue'], { 'a secret': arnOf('secretsmanager', 'secret:database-AbCdEf') }),
    ...about('events', ['PutEvents'], { 'the default bus': arnOf('events', 'event-bus/default') }),
  ];
};

/** Everything that somebody could want to do with a stage, or beside it; `id`: whose log is its own. */
export const questionsTo = (stage: Stage, id: string): readonly Question[] => [
  ...logQuestions(stage, id),
  ...tableQuestions(stage),
  ...queueQuestions(stage),
  ...parameterQuestions(stage),
  ...mailQuestions(stage),
  ...otherQuestions(stage),
];
