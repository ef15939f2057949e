/** Where a price is from, and of when that is. `undated`: it says so nowhere. `unverified`: none could be read, it is from memory. */
type Source = { readonly from: string; readonly seen: `${number}-${number}` | 'undated' | 'unverified' };

/** USD for `per` units. `alwaysFree`: units a month that cost nothing for as long as there is an account; 0: none. */
type Rate = { readonly usd: number; readonly per: number; readonly alwaysFree: number };

/** The price of one unit that AWS bills. */
export type Price = Rate & Source & { readonly service: string; readonly what: string };

const million = 1_000_000;

/** All of them stored copies; none was read live. */
const sources = {
  dynamoDb: {
    from: 'airbyte.com/data-engineering-resources/dynamodb-pricing (after the cut of 2024)',
    seen: '2025-07',
  },
  storage: { from: 'certivara.navindalc.app: "25 GB DynamoDB storage"; the price from memory', seen: 'undated' },
  backup: { from: 'price list of us-west-2 (prices as in us-east-1), quoted in a public repository', seen: 'undated' },
  // Requests and arm64 cost the same in both regions.
  lambda: { from: 'cloudchipr.com/blog/aws-lambda-pricing; price list of eu-central-1, quoted', seen: '2026-09' },
  sqs: { from: 'cloudburn.io/blog/amazon-sqs-pricing', seen: '2026-03' },
  eventBridge: { from: 'cloudburn.io/blog/amazon-eventbridge-pricing', seen: '2026-03' },
  cloudWatch: {
    from: 'cloudburn.io/blog/amazon-cloudwatch-pricing; aws.amazon.com/cloudwatch/pricing',
    seen: '2026-02',
  },
  logs: { from: 'c3x.dev/blog/cloudwatch-logs-cost-optimization; aws.amazon.com/cloudwatch/pricing', seen: '2026-06' },
  ssm: { from: 'aws.amazon.com/systems-manager/pricing, which could not be read', seen: 'unverified' },
  kms: { from: 'wring.co/blog/aws-kms-pricing-guide; aws.amazon.com/kms/pricing', seen: '2026-03' },
  httpApi: { from: 'awsforengineers.com/blog/aws-api-gateway-pricing-explained', seen: '2025-05' },
  ses: { from: 'quoted alike in many public repositories', seen: 'undated' },
  sns: { from: 'factualminds.com/blog/amazon-sns-pricing-publishes-fanout-protocols; a real bill', seen: '2026-06' },
  transfer: { from: 'awsnegotiations.com/internet-egress-free-tier-guide', seen: '2026-05' },
} as const satisfies Record<string, Source>;

const price = (service: string, what: string, rate: Rate, source: Source): Price => ({
  service,
  what,
  ...rate,
  ...source,
});

/**
 * List prices of us-east-1, on demand, arm64, without taxes, credits and savings plans. What is free in the first twelve months
 * only (a million requests of the HTTP API, 3,000 mails) is not free here.
 */
export const prices = {
  // The 25 units a second that are always free are those of provisioned tables.
  writeUnits: price('DynamoDB', 'write request units', { usd: 0.625, per: million, alwaysFree: 0 }, sources.dynamoDb),
  readUnits: price('DynamoDB', 'read request units', { usd: 0.125, per: million, alwaysFree: 0 }, sources.dynamoDb),
  tableGb: price('DynamoDB', 'GB stored', { usd: 0.25, per: 1, alwaysFree: 25 }, sources.storage),
  backupGb: price('DynamoDB', 'GB, point-in-time recovery', { usd: 0.2, per: 1, alwaysFree: 0 }, sources.backup),
  functionRequests: price('Lambda', 'invocations', { usd: 0.2, per: million, alwaysFree: million }, sources.lambda),
  gbSeconds: price('Lambda', 'GB-seconds', { usd: 0.0000133334, per: 1, alwaysFree: 400_000 }, sources.lambda),
  queueRequests: price('SQS', 'requests', { usd: 0.4, per: million, alwaysFree: million }, sources.sqs),
  scheduled: price('Scheduler', 'invocations', { usd: 1, per: million, alwaysFree: 14 * million }, sources.eventBridge),
  mailEvents: price('EventBridge', 'events of SES', { usd: 0, per: million, alwaysFree: 0 }, sources.eventBridge),
  logGb: price('CloudWatch', 'GB of logs, taken in', { usd: 0.5, per: 1, alwaysFree: 5 }, sources.logs),
  keptLogGb: price('CloudWatch', 'GB of logs, kept', { usd: 0.03, per: 1, alwaysFree: 5 }, sources.logs),
  metrics: price('CloudWatch', 'custom metrics', { usd: 0.3, per: 1, alwaysFree: 10 }, sources.cloudWatch),
  alarms: price('CloudWatch', 'metrics in alarms', { usd: 0.1, per: 1, alwaysFree: 10 }, sources.cloudWatch),
  dashboards: price('CloudWatch', 'dashboards', { usd: 3, per: 1, alwaysFree: 3 }, sources.cloudWatch),
  parameters: price('SSM', 'standard parameters', { usd: 0, per: 1, alwaysFree: 0 }, sources.ssm),
  decryptions: price('KMS', 'decryptions', { usd: 0.03, per: 10_000, alwaysFree: 20_000 }, sources.kms),
  linkRequests: price('HTTP API', 'requests', { usd: 1, per: million, alwaysFree: 0 }, sources.httpApi),
  mails: price('SES', 'mails', { usd: 0.1, per: 1000, alwaysFree: 0 }, sources.ses),
  alarmMails: price('SNS', 'mails of alarms', { usd: 2, per: 100_000, alwaysFree: 1000 }, sources.sns),
  sentGb: price('Data transfer', 'GB to the internet', { usd: 0.09, per: 1, alwaysFree: 100 }, sources.transfer),
} as const satisfies Record<string, Price>;

/** Everything that is billed, by name. */
export type Billed = keyof typeof prices;

/** Units a month of everything that is billed. */
export type Usage = Readonly<Record<Billed, number>>;
