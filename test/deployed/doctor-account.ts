import { createServer, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import * as z from 'zod/mini';
import { closeServer, listenOnLoopback, loopback } from '#local/engines/loopback.ts';

/**
 * What an AWS account holds of a stage, as far as the doctor asks for it; tests change it. Answers are in the shapes of the
 * services' API references (CloudFormation and SNS: Query; SSM and CloudWatch: JSON 1.x; Scheduler and SES: REST).
 */
export type Account = {
  stack: { status: string; reason?: string; outputs: Record<string, string> } | undefined;
  readonly parameters: Map<string, { value: string; at: number }>;
  readonly schedules: Map<string, Record<string, unknown>>;
  mail: { ProductionAccessEnabled: boolean; SendingEnabled: boolean; SendQuota: object; EnforcementStatus: string };
  readonly identities: Map<string, Record<string, unknown>>;
  readonly suppressed: Map<string, { Reason: string; LastUpdateTime: number }>;
  readonly configurationSets: Map<string, { EventDestinations: unknown[] }>;
  alarms: Record<string, unknown>[];
  subscriptions: { arn: string; endpoint: string }[];
  /** Operations that are answered with an error of this code. */
  readonly refused: Map<string, string>;
  /** Operations that are never answered. */
  readonly silent: Set<string>;
};

type Answer = { readonly status: number; readonly body: string; readonly code?: string };

const json = (value: unknown): Answer => ({ status: 200, body: JSON.stringify(value) });
const missing = (code: string, message = 'There is none.'): Answer => ({
  status: code === 'NotFoundException' || code === 'ResourceNotFoundException' ? 404 : 400,
  code,
  body: JSON.stringify({ __type: code, message }),
});

const tag = (name: string, inner: string): string => `<${name}>${inner}</${name}>`;
const members = (items: readonly string[]): string => items.map((item) => tag('member', item)).join('');
const query = (operation: string, inner: string): Answer => ({
  status: 200,
  body: tag(`${operation}Response`, tag(`${operation}Result`, inner)),
});
const queryError = (code: string, message: string): Answer => ({
  status: 400,
  body: tag('ErrorResponse', tag('Error', tag('Code', code) + tag('Message', message))),
});

const describeStacks = ({ stack }: Account, name: string): Answer => {
  if (stack === undefined) return queryError('ValidationError', `Stack with id ${name} does not exist`);
  const outputs = Object.entries(stack.outputs).map(
    ([key, value]) => tag('OutputKey', key) + tag('OutputValue', value),
  );
  const reason = stack.reason === undefined ? '' : tag('StackStatusReason', stack.reason);
  const facts = tag('StackName', name) + tag('CreationTime', '2026-01-01T00:00:00Z') + tag('StackStatus', stack.status);
  return query('DescribeStacks', tag('Stacks', members([facts + reason + tag('Outputs', members(outputs))])));
};

const listResources = ({ alarms }: Account): Answer => {
  const resource = (type: string, name: string) =>
    tag('ResourceType', type) + tag('PhysicalResourceId', `stack-${name}`) + tag('LogicalResourceId', name);
  const all = [
    resource('AWS::SQS::Queue', 'Queue'),
    ...alarms.map((a) => resource('AWS::CloudWatch::Alarm', `${a.id}`)),
  ];
  return query('ListStackResources', tag('StackResourceSummaries', members(all)));
};

const listSubscriptions = ({ subscriptions }: Account): Answer =>
  query(
    'ListSubscriptionsByTopic',
    tag(
      'Subscriptions',
      members(
        subscriptions.map(
          ({ arn, endpoint }) => tag('SubscriptionArn', arn) + tag('Protocol', 'email') + tag('Endpoint', endpoint),
        ),
      ),
    ),
  );

const targeted = (account: Account, operation: string, body: string): Answer => {
  if (operation === 'GetParameter') {
    const { Name } = z.object({ Name: z.string() }).parse(JSON.parse(body));
    const found = account.parameters.get(Name);
    if (found === undefined) return missing('ParameterNotFound');
    return json({ Parameter: { Name, Value: found.value, LastModifiedDate: found.at / 1_000 } });
  }
  if (operation === 'GetMetricStatistics') return json({ Datapoints: [] });
  return json({ MetricAlarms: account.alarms.filter(({ gone }) => gone !== true), CompositeAlarms: [] });
};

const found = (value: object | undefined, code = 'NotFoundException'): Answer =>
  value === undefined ? missing(code) : json(value);

const rest = (account: Account, path: string): readonly [operation: string, answer: () => Answer] => {
  const [, , , kind = '', name = ''] = path.split('/').map(decodeURIComponent);
  if (path.startsWith('/schedules/')) {
    const schedule = path.split('/')[2] ?? '';
    return ['GetSchedule', () => found(account.schedules.get(schedule), 'ResourceNotFoundException')];
  }
  if (kind === 'account') return ['GetAccount', () => json(account.mail)];
  if (kind === 'list-identities' || (kind === 'identities' && name === '')) {
    const EmailIdentities = [...account.identities].map(([IdentityName, { VerificationStatus }]) => ({
      IdentityName,
      VerificationStatus,
    }));
    return ['ListEmailIdentities', () => json({ EmailIdentities })];
  }
  if (kind === 'identities') return ['GetEmailIdentity', () => found(account.identities.get(name))];
  if (kind === 'suppression') {
    const entry = account.suppressed.get(decodeURIComponent(path.split('/')[5] ?? ''));
    return ['GetSuppressedDestination', () => found(entry && { SuppressedDestination: entry })];
  }
  const set = account.configurationSets.get(name);
  const isDestinations = path.endsWith('/event-destinations');
  return [isDestinations ? 'GetConfigurationSetEventDestinations' : 'GetConfigurationSet', () => found(set)];
};

const operationOf = (account: Account, request: IncomingMessage, body: string) => {
  const path = (request.url ?? '/').replace(/\?.*/, '');
  const target = request.headers['x-amz-target'];
  if (typeof target === 'string') {
    const operation = target.replace(/.*\./, '');
    return [operation, () => targeted(account, operation, body)] as const;
  }
  if (path !== '/') return rest(account, path);
  const form = new URLSearchParams(body);
  const operation = form.get('Action') ?? '';
  const answers: Record<string, () => Answer> = {
    DescribeStacks: () => describeStacks(account, form.get('StackName') ?? ''),
    ListStackResources: () => listResources(account),
    ListSubscriptionsByTopic: () => listSubscriptions(account),
  };
  return [operation, answers[operation] ?? (() => queryError('InvalidAction', operation))] as const;
};

/** Serves the account until the test is over; answers the endpoint, and which operations were asked for. */
export const startAccount = async (account: Account) => {
  const asked: string[] = [];
  const server = createServer(async (request, response) => {
    const body = await text(request);
    const [operation, answerOf] = operationOf(account, request, body);
    asked.push(operation);
    if (account.silent.has(operation)) return;
    const code = account.refused.get(operation);
    const isQuery = body.startsWith('Action=') || body.includes('&Action=');
    const refusal = isQuery ? queryError(code ?? '', 'You shall not.') : { ...missing(code ?? '', 'You shall not.') };
    const answer: Answer = code === undefined ? answerOf() : refusal;
    response.writeHead(answer.status, {
      'content-type': isQuery ? 'text/xml' : 'application/json',
      ...(answer.code === undefined ? {} : { 'x-amzn-errortype': answer.code }),
    });
    response.end(answer.body);
  });
  const port = await listenOnLoopback(server);
  onTestFinished(() => closeServer(server));
  return { endpoint: `http://${loopback}:${port}`, asked };
};
