import * as z from 'zod/mini';
import { resourceStatements, type Statement, trustStatements } from './policies.ts';
import { account, arnOf } from './resolve.ts';
import { adding, having, holds, likeAnother } from './rule.ts';
import { prod, resourcesOf, type Template } from './stage.ts';

/** All that a stage may consist of. What is new here was looked at: can somebody from outside reach it? */
const knownTypes: ReadonlySet<string> = new Set([
  'AWS::ApiGatewayV2::Api',
  'AWS::ApiGatewayV2::Authorizer',
  'AWS::ApiGatewayV2::Integration',
  'AWS::ApiGatewayV2::Route',
  'AWS::ApiGatewayV2::Stage',
  'AWS::CloudWatch::Alarm',
  'AWS::CloudWatch::Dashboard',
  'AWS::Cognito::UserPool',
  'AWS::Cognito::UserPoolClient',
  'AWS::Cognito::UserPoolGroup',
  'AWS::DynamoDB::Table',
  'AWS::Events::Rule',
  'AWS::IAM::Policy',
  'AWS::IAM::Role',
  'AWS::Lambda::EventInvokeConfig',
  'AWS::Lambda::EventSourceMapping',
  'AWS::Lambda::Function',
  'AWS::Lambda::Permission',
  'AWS::Logs::LogGroup',
  'AWS::SES::ConfigurationSet',
  'AWS::SES::ConfigurationSetEventDestination',
  'AWS::SNS::Subscription',
  'AWS::SNS::Topic',
  'AWS::SNS::TopicPolicy',
  'AWS::SQS::Queue',
  'AWS::SQS::QueuePolicy',
  'AWS::Scheduler::Schedule',
  'Custom::WardenSecrets',
]);

holds('a stage consists of nothing that nobody has looked at, and can be reached in one place only', {
  faultsIn: (template) => [
    ...Object.entries(template.Resources).flatMap(([id, { Type }]) =>
      knownTypes.has(Type) ? [] : [`${id} is a ${Type}`],
    ),
    ...(resourcesOf(template, 'AWS::ApiGatewayV2::Api', z.unknown()).length === 1 ? [] : ['there is not one API']),
  ],
  brokenBy: [
    adding('AWS::Lambda::Url', { AuthType: 'NONE' }),
    adding('AWS::S3::Bucket', {}),
    adding('AWS::Lambda::LayerVersionPermission', {}),
    likeAnother('LinksApi'),
  ],
});

/** Conditions that tie a service to what is ours: to one resource of this stage, or at least to this account. */
const ties = ({ conditions }: Statement): readonly string[] =>
  Object.values(conditions).flatMap((condition) =>
    Object.entries(condition).flatMap(([key, value]) =>
      /^aws:Source(Arn|Account)$/i.test(key) && JSON.stringify(value).includes(account.id) ? key : [],
    ),
  );

holds('what is ours can be used by everybody for nothing, and by a service only on our own behalf', {
  faultsIn: (template) =>
    resourceStatements(template).flatMap((statement) => {
      const { effect, principals, where } = statement;
      if (effect === 'Deny') return [];
      return principals.flatMap((principal) => [
        ...(/^Service:[a-z.]+\.amazonaws\.com$/.test(principal) ? [] : [`${where} is open to ${principal}`]),
        ...(ties(statement).length > 0 ? [] : [`${where} is open to ${principal} on anybody's behalf`]),
      ]);
    }),
  brokenBy: [
    having('EventDeadLettersPolicy', 'PolicyDocument.Statement.1.Principal', '*'),
    having('EventDeadLettersPolicy', 'PolicyDocument.Statement.1.Principal', { AWS: '*' }),
    having('EventDeadLettersPolicy', 'PolicyDocument.Statement.1.Principal', { AWS: 'arn:aws:iam::999988887777:root' }),
    having('EventDeadLettersPolicy', 'PolicyDocument.Statement.1.Condition', undefined),
    having('AlarmsTopicPolicy', 'PolicyDocument.Statement.1.Condition', { StringEquals: { 'aws:SourceAccount': '9' } }),
    having('NoticesQueuePolicy', 'PolicyDocument.Statement.0.Effect', 'Allow'),
  ],
});

holds('queues and topic take nothing over a connection that is not encrypted', {
  faultsIn: (template) => {
    const guarded = resourceStatements(template).flatMap(({ effect, principals, conditions, resources }) =>
      effect === 'Deny' &&
      principals.every((principal) => /^(AWS:)?\*$/.test(principal)) &&
      conditions.Bool?.['aws:SecureTransport'] === 'false'
        ? resources
        : [],
    );
    const ids = ['AWS::SQS::Queue', 'AWS::SNS::Topic'].flatMap((type) => resourcesOf(template, type, z.unknown()));
    return ids.flatMap(({ id }) => (guarded.some((arn) => arn.endsWith(`-${id}`)) ? [] : [`${id} takes anything`]));
  },
  brokenBy: [
    having('NoticesQueuePolicy', 'PolicyDocument.Statement', []),
    having('AlarmsTopicPolicy', 'PolicyDocument.Statement.0.Condition.Bool', { 'aws:SecureTransport': 'true' }),
    adding('AWS::SQS::Queue', {}),
  ],
});

holds('a role is for one service to act in, and the schedules’ roles only on our own behalf', {
  faultsIn: (template) =>
    trustStatements(template).flatMap((statement) => {
      const { where, principals, actions } = statement;
      const [principal = '', ...others] = principals;
      return [
        ...(others.length > 0 || actions.join() !== 'sts:AssumeRole' ? [`${where} trusts too much`] : []),
        ...(/^Service:(lambda|scheduler)\.amazonaws\.com$/.test(principal) ? [] : [`${where} trusts ${principal}`]),
        ...(principal.includes('scheduler') && ties(statement).length === 0 ? [`${where} trusts every account`] : []),
      ];
    }),
  brokenBy: [
    having('PagesRole', 'AssumeRolePolicyDocument.Statement.0.Principal', { AWS: '111122223333' }),
    having('PagesRole', 'AssumeRolePolicyDocument.Statement.0.Principal', { Service: 'ec2.amazonaws.com' }),
    having('GuardRuntimesScheduleRole', 'AssumeRolePolicyDocument.Statement.0.Condition', undefined),
  ],
});

holds('a role may do what is written beside it and nothing that somebody else wrote', {
  faultsIn: (template) =>
    resourcesOf(template, 'AWS::IAM::Role', z.looseObject({})).flatMap(({ id, is }) =>
      'ManagedPolicyArns' in is || 'Policies' in is ? [`${id} has further policies`] : [],
    ),
  brokenBy: [
    having('PagesRole', 'ManagedPolicyArns', ['arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole']),
  ],
});

const permission = z.object({
  Action: z.string(),
  FunctionName: z.string(),
  Principal: z.string(),
  SourceArn: z._default(z.string(), ''),
});

/** What may call in the name of a service: one of our API's routes, our rule. */
const callersOf = (template: Template, service: string): readonly string[] => {
  const namesOf = (type: string) =>
    resourcesOf(template, type, z.unknown()).map(({ id }) => `${prod().stackName}-${id}`);
  switch (service) {
    case 'apigateway.amazonaws.com':
      return namesOf('AWS::ApiGatewayV2::Api').map((name) => arnOf('execute-api', `${name.toLowerCase()}/`));
    case 'events.amazonaws.com':
      return namesOf('AWS::Events::Rule').map((name) => arnOf('events', `rule/${name}`));
    default:
      return [];
  }
};

holds('a function is called by our API and by our rule, besides the schedules, and by nobody else', {
  faultsIn: (template) =>
    resourcesOf(template, 'AWS::Lambda::Permission', permission).flatMap(({ id, is }) => [
      ...(is.Action === 'lambda:InvokeFunction' ? [] : [`${id} allows ${is.Action}`]),
      ...(callersOf(template, is.Principal).some((arn) => is.SourceArn.startsWith(arn))
        ? []
        : [`${id} lets ${is.Principal} call for ${is.SourceArn || 'anybody'}`]),
    ]),
  brokenBy: [
    having('LinksApiANYkeepPagesPermission', 'SourceArn', undefined),
    having(
      'LinksApiANYkeepPagesPermission',
      'SourceArn',
      'arn:aws:execute-api:eu-west-1:111122223333:another/*/*/keep',
    ),
    having('LinksApiANYkeepPagesPermission', 'Principal', '*'),
    having('LinksApiANYkeepPagesPermission', 'Principal', 's3.amazonaws.com'),
    having('LinksApiANYkeepPagesPermission', 'Action', 'lambda:*'),
  ],
});
