import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { withoutAddresses } from '#adapters/addresses.ts';
import type { Report, WardenEvent } from '#domain/event.ts';

type EventName = WardenEvent['event'];

/** Events that count, and as which metric. None has a dimension per offer, runtime or person. */
const metricOf: Partial<Record<EventName, string>> = {
  'credential-missing': 'CredentialMissing',
  polled: 'Polls',
  'poll-failed': 'PollsFailed',
  'listing-incomplete': 'ListingsIncomplete',
  'requests-unread': 'RequestsUnread',
  'part-failed': 'PartsFailed',
  'window-opened': 'WindowsOpened',
  'window-closed': 'WindowsClosed',
  'watch-fired': 'WatchesFired',
  'runtime-created': 'RuntimesCreated',
  'creation-refused': 'CreationsRefused',
  'creation-unclear': 'CreationsUnclear',
  'mail-sent': 'MailsSent',
  'mail-failed': 'MailsFailed',
  'mail-undeliverable': 'MailsUndeliverable',
  'mail-returned': 'MailsReturned',
  'address-suppressed': 'AddressesSuppressed',
  'operator-suppressed': 'OperatorSuppressed',
  guarded: 'GuardRuns',
  'runtimes-unlisted': 'RuntimesUnlisted',
  'slowed-down': 'ProviderSlowedDown',
  'runtime-unknown': 'RuntimesUnknown',
  'runtime-reported': 'RuntimesReported',
  'runtime-warned': 'RuntimesWarned',
  'runtime-kept': 'RuntimesKept',
  'runtime-would-be-deleted': 'RuntimesWouldBeDeleted',
  'runtime-deleted': 'RuntimesDeleted',
  'runtime-spared': 'RuntimesSpared',
  'runtime-stuck': 'RuntimesStuck',
  'runtime-reappeared': 'RuntimesReappeared',
  'breaker-opened': 'BreakerOpened',
};

/** Events at which somebody should look. */
const troubles: ReadonlySet<EventName> = new Set([
  'credential-missing',
  'poll-failed',
  'listing-incomplete',
  'requests-unread',
  'request-refused',
  'part-failed',
  'config-unchecked',
  'watch-unknown-config',
  'creation-refused',
  'creation-unclear',
  'mail-failed',
  'mail-undeliverable',
  'mail-returned',
  'address-suppressed',
  'operator-suppressed',
  'runtimes-unlisted',
  'slowed-down',
  'runtime-unknown',
  'runtime-stuck',
  'runtime-reappeared',
  'breaker-opened',
]);

const cleaned = (because: string | readonly string[]) =>
  typeof because === 'string' ? withoutAddresses(because) : because.map(withoutAddresses);

/** What a round found, counted in each round for as long as it is so: an alarm shows when it begins and when it ends. */
const statesOf = (event: WardenEvent): string[] => {
  if (event.event !== 'guarded') return [];
  const unread = event.complete && event.understood ? [] : ['FleetsUnread'];
  return event.breakerOpen ? [...unread, 'BreakerOpen'] : unread;
};

const metricsOf = (event: WardenEvent): string[] => {
  const metric = metricOf[event.event];
  // An alarm asks for looks that brought everything.
  const counts = metric !== undefined && !('complete' in event && !event.complete);
  return [...(counts ? [metric] : []), ...statesOf(event)];
};

/** Structured log lines and EMF metrics of one function, in the namespace of its stage. Constant text, facts as fields. */
export const createTelemetry = (serviceName: string, namespace: string) => {
  const logger = new Logger({ serviceName });
  const metrics = new Metrics({ namespace, serviceName, logger });
  const report: Report = (reported) => {
    const { event, ...facts } = reported;
    for (const metric of metricsOf(reported)) metrics.addMetric(metric, MetricUnit.Count, 1);
    // Whoever reports keeps addresses out; this is the last place that can, where somebody else's message is passed on.
    const logged = 'because' in facts ? { ...facts, because: cleaned(facts.because) } : facts;
    logger[troubles.has(event) ? 'warn' : 'info'](event, logged);
  };
  return { logger, metrics, report };
};
