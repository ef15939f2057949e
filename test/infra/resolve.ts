import * as z from 'zod/mini';

/** The account that nobody has. */
export const account = { partition: 'aws', id: '111122223333', region: 'eu-west-1' } as const;

const pseudo: Readonly<Record<string, string>> = {
  'AWS::Partition': account.partition,
  'AWS::Region': account.region,
  'AWS::AccountId': account.id,
  'AWS::URLSuffix': 'amazonaws.com',
};

/** An ARN in our account. */
export const arnOf = (service: string, rest: string, region: string = account.region): string =>
  `arn:${account.partition}:${service}:${region}:${account.id}:${rest}`;

type Named = (name: string) => string;
type Known = { readonly ref: Named; readonly attributes: Readonly<Record<string, Named>> };

const itsName: Named = (name) => name;
const named = (arn: Named): Known => ({ ref: itsName, attributes: { Arn: arn } });
const queueArn: Named = (name) => arnOf('sqs', name);
const topicArn: Named = (name) => arnOf('sns', name);

/** What a reference to a resource, or to an attribute of one, turns into: of every type that ours refer to. */
const known: Readonly<Record<string, Known>> = {
  'AWS::ApiGatewayV2::Api': {
    ref: (name) => name.toLowerCase(),
    attributes: { ApiEndpoint: (name) => `https://${name.toLowerCase()}.execute-api.${account.region}.amazonaws.com` },
  },
  'AWS::ApiGatewayV2::Integration': { ref: itsName, attributes: {} },
  'AWS::ApiGatewayV2::Authorizer': { ref: itsName, attributes: {} },
  'AWS::CloudWatch::Alarm': named((name) => arnOf('cloudwatch', `alarm:${name}`)),
  'AWS::Cognito::UserPool': {
    ref: (name) => `${account.region}_${name}`,
    attributes: {},
  },
  'AWS::Cognito::UserPoolClient': { ref: itsName, attributes: {} },
  'AWS::DynamoDB::Table': named((name) => arnOf('dynamodb', `table/${name}`)),
  'AWS::Events::Rule': named((name) => arnOf('events', `rule/${name}`)),
  'AWS::IAM::Role': named((name) => arnOf('iam', `role/${name}`, '')),
  'AWS::Lambda::Function': named((name) => arnOf('lambda', `function:${name}`)),
  'AWS::Logs::LogGroup': named((name) => arnOf('logs', `log-group:${name}:*`)),
  'AWS::Scheduler::Schedule': named((name) => arnOf('scheduler', `schedule/default/${name}`)),
  'AWS::SES::ConfigurationSet': { ref: itsName, attributes: {} },
  'AWS::SES::EmailIdentity': { ref: itsName, attributes: {} },
  'AWS::SNS::Topic': { ref: topicArn, attributes: { TopicArn: topicArn, TopicName: itsName } },
  'AWS::SQS::Queue': {
    ref: (name) => `https://sqs.${account.region}.amazonaws.com/${account.id}/${name}`,
    attributes: { Arn: queueArn, QueueName: itsName },
  },
};

const shapes = {
  ref: z.strictObject({ Ref: z.string() }),
  attribute: z.strictObject({ 'Fn::GetAtt': z.tuple([z.string(), z.string()]) }),
  join: z.strictObject({ 'Fn::Join': z.tuple([z.string(), z.array(z.unknown())]) }),
  sub: z.strictObject({ 'Fn::Sub': z.string() }),
  list: z.array(z.unknown()),
  object: z.record(z.string(), z.unknown()),
};

type Source = {
  readonly Resources: Readonly<Record<string, { readonly Type: string }>>;
  readonly Parameters: Readonly<Record<string, unknown>>;
};

/** Something stands in the template that nobody has told this file of. */
export class UnknownReferenceError extends Error {
  override readonly name = 'UnknownReferenceError';
}

const resolver = ({ Resources, Parameters }: Source, stackName: string) => {
  const nameOf = (id: string): string => `${stackName}-${id}`;

  const reference = (id: string, attribute?: string): string => {
    const constant = attribute === undefined ? pseudo[id] : undefined;
    if (constant !== undefined) return constant;
    if (attribute === undefined && Parameters[id] !== undefined) return `the parameter ${id}`;
    const type = Resources[id]?.Type ?? 'nothing';
    const turn = attribute === undefined ? known[type]?.ref : known[type]?.attributes[attribute];
    if (turn === undefined) throw new UnknownReferenceError(`What is ${attribute ?? 'a reference'} of ${id}, ${type}?`);
    return turn(nameOf(id));
  };

  const resolve = (value: unknown): unknown => {
    const ref = shapes.ref.safeParse(value);
    if (ref.success) return reference(ref.data.Ref);
    const attribute = shapes.attribute.safeParse(value);
    if (attribute.success) return reference(...attribute.data['Fn::GetAtt']);
    const join = shapes.join.safeParse(value);
    if (join.success)
      return join.data['Fn::Join'][1].map((part) => String(resolve(part))).join(join.data['Fn::Join'][0]);
    const sub = shapes.sub.safeParse(value);
    if (sub.success) return sub.data['Fn::Sub'].replace(/\$\{([^}]+)\}/g, (_, id: string) => reference(id));
    const list = shapes.list.safeParse(value);
    if (list.success) return list.data.map(resolve);
    const object = shapes.object.safeParse(value);
    if (!object.success) return value;
    return Object.fromEntries(Object.entries(object.data).map(([name, inner]) => [name, resolve(inner)]));
  };
  return resolve;
};

/** A template with every reference turned into what an account would have in its place. @throws UnknownReferenceError */
export const resolved = (template: Source, stackName: string): unknown => resolver(template, stackName)(template);
