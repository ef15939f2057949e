import { expect, test } from 'vitest';
import * as z from 'zod/mini';
import { functionsOf, handlerOf } from './functions.ts';
import { questionsTo } from './questions.ts';
import { having } from './rule.ts';
import { isAllowed } from './simulate.ts';
import { actionsAskedFor, sdkNames } from './source-calls.ts';
import { prod, resourcesOf, type Stage } from './stage.ts';

const logs = ['CreateLogStream its log', 'PutLogEvents its log'];
const table = (...verbs: readonly string[]) => verbs.map((verb) => `${verb} the table`);
const job = [
  ...logs,
  ...table('GetItem', 'PutItem', 'UpdateItem', 'DeleteItem', 'Query'),
  'SendMessage the notices',
  'GetParameter the credential',
];

/** All that each function may do: what its code does, and what Lambda does in its name. */
const mayDo: Readonly<Record<string, { readonly itself: readonly string[]; readonly lambda?: readonly string[] }>> = {
  'watch-availability': { itself: job },
  'guard-runtimes': { itself: job },
  'send-notice': {
    itself: [
      ...logs,
      ...table('GetItem', 'PutItem', 'Query'),
      'GetParameter the link keys',
      "SendEmail by the sender's address",
      "SendEmail by the sender's domain",
      "SendEmail by a recipient's identity",
      'SendEmail under the configuration set',
    ],
    lambda: ['ReceiveMessage', 'DeleteMessage', 'ChangeMessageVisibility', 'GetQueueAttributes', 'GetQueueUrl'].map(
      (action) => `${action} the notices`,
    ),
  },
  links: {
    itself: [...logs, ...table('GetItem', 'PutItem'), 'GetParameter the credential', 'GetParameter the link keys'],
  },
  'http-api': {
    itself: [
      ...logs,
      ...table('GetItem', 'PutItem', 'UpdateItem', 'Query'),
      'GetQueueAttributes the dead notices',
      'GetQueueAttributes the dead events',
    ],
  },
  'runtimes-api': { itself: [...logs, ...table('GetItem', 'PutItem', 'Query'), 'GetParameter the credential'] },
  'note-bounces': {
    itself: [...logs, ...table('GetItem', 'PutItem', 'Query')],
    lambda: ['SendMessage', 'GetQueueAttributes', 'GetQueueUrl'].map((action) => `${action} the dead events`),
  },
  'prepare-secrets': {
    itself: [
      ...logs,
      ...['the credential', 'the link keys'].flatMap((which) => [`PutParameter ${which}`, `DeleteParameters ${which}`]),
    ],
  },
};
const handlers = Object.keys(mayDo);

const functionOf = ({ template }: Stage, handler: string) => {
  const found = functionsOf(template).find(({ id }) => handlerOf(template, id) === handler);
  if (found === undefined) throw new RangeError(`There is no function ${handler}.`);
  return found;
};

const allowed = async (stage: Stage, role: string, id: string): Promise<readonly string[]> => {
  const answers = await Promise.all(
    questionsTo(stage, id.replace(/Function[0-9A-F]{8}$/, 'Log')).map(async (question) =>
      (await isAllowed(stage.template, role, question)) ? question.what : [],
    ),
  );
  return answers.flat();
};

test.each(handlers)('%s may do what it does, and nothing else of all that one could want to do', async (handler) => {
  const { id, is } = functionOf(prod(), handler);
  const { itself = [], lambda = [] } = mayDo[handler] ?? {};
  const may = await allowed(prod(), is.Role, id);
  expect(may.toSorted()).toEqual([...itself, ...lambda].toSorted());
});

const wider = (role: string, statement: number, property: string, value: unknown) =>
  having(`${role}RoleDefaultPolicy`, `PolicyDocument.Statement.${statement}.${property}`, value);
const everyTable = 'arn:aws:dynamodb:eu-west-1:111122223333:table/*';
const everyQueue = 'arn:aws:sqs:eu-west-1:111122223333:*';

test.each([
  {
    handler: 'links',
    change: wider('Pages', 1, 'Action', ['dynamodb:GetItem', 'dynamodb:Scan']),
    more: 'Scan the table',
  },
  { handler: 'links', change: wider('Pages', 1, 'Resource', everyTable), more: "PutItem another stage's table" },
  { handler: 'links', change: wider('Pages', 2, 'Resource', '*'), more: "GetParameter somebody else's parameter" },
  {
    handler: 'send-notice',
    change: wider('SendNotice', 3, 'Condition', undefined),
    more: "SendEmail by the sender's domain as another",
  },
  {
    handler: 'http-api',
    change: wider('HttpApi', 2, 'Action', ['sqs:GetQueueAttributes', 'sqs:PurgeQueue']),
    more: 'PurgeQueue the dead notices',
  },
  { handler: 'http-api', change: wider('HttpApi', 2, 'Resource', everyQueue), more: 'GetQueueAttributes the notices' },
])('it is found out when $handler may $more', async ({ handler, change, more }) => {
  const stage = { ...prod(), template: change.apply(prod().template) };
  const { id, is } = functionOf(stage, handler);
  expect(await allowed(stage, is.Role, id)).toContain(more);
  expect(await allowed(prod(), is.Role, id)).not.toContain(more);
});

const roleShape = z.object({ Target: z.object({ RoleArn: z.string() }) });

test.each([
  ['WatchAvailabilitySchedule', 'the watcher'],
  ['GuardRuntimesSchedule', 'the guard'],
])('%s may call its function, and leave behind what it could not hand over', async (schedule, target) => {
  const found = resourcesOf(prod().template, 'AWS::Scheduler::Schedule', roleShape).find(({ id }) =>
    id.startsWith(schedule),
  );
  const may = await allowed(prod(), found?.is.Target.RoleArn ?? '', 'PagesLog');
  expect(may.toSorted()).toEqual([`InvokeFunction ${target}`, 'SendMessage the dead events'].toSorted());
});

const services: Readonly<Record<string, string>> = {
  table: 'dynamodb',
  notices: 'sqs',
  events: 'sqs',
  credential: 'ssm',
  keys: 'ssm',
};
const actionOf = (what: string): string => {
  const [action = ''] = what.split(' ');
  return `${action === 'SendEmail' ? 'ses' : (services[what.split(' ').at(-1) ?? ''] ?? '')}:${action}`;
};

test.each(handlers)('what %s may do is what its source asks for', (handler) => {
  const itself = (mayDo[handler]?.itself ?? []).filter((what) => !logs.includes(what));
  expect(actionsAskedFor(handler)).toEqual([...new Set(itself.map(actionOf))].sort());
});

test('no source uses a client of AWS that these tests do not know of', () => {
  expect([...new Set(handlers.flatMap(sdkNames))].sort()).toEqual([
    'DeleteItemCommand',
    'DeleteParametersCommand',
    'DynamoDBClient',
    'GetItemCommand',
    'GetQueueAttributesCommand',
    'PutItemCommand',
    'PutParameterCommand',
    'QueryCommand',
    'SESv2Client',
    'SQSClient',
    'SSMClient',
    'SendEmailCommand',
    'SendMessageBatchCommand',
    'UpdateItemCommand',
  ]);
});
