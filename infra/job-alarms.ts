import { Duration } from 'aws-cdk-lib';
import { MathExpression, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { Alarms } from './constructs/alarms.ts';

const minute = Duration.minutes(1);
const quarter = Duration.minutes(15);

/** How often a function counted something: see functions/adapters/telemetry.ts for what each name means. */
const counterOf =
  (namespace: string) =>
  (service: string, metricName: string, period = quarter): Metric =>
    new Metric({ namespace, metricName, dimensionsMap: { service }, statistic: Stats.SUM, period, label: metricName });

type Count = ReturnType<typeof counterOf>;

const alarmOnJobs = (alarms: Alarms, count: Count): void => {
  const tenMinutes = Duration.minutes(10);
  alarms.add('NoPoll', {
    metric: count('watch-availability', 'Polls', tenMinutes),
    when: 'silence',
    hurts: 'Whoever waits for a GPU: the inventory was not read, whole, for ten minutes.',
    article: 'no-successful-run',
  });
  alarms.add('NoGuardRun', {
    metric: count('guard-runtimes', 'GuardRuns', tenMinutes),
    when: 'silence',
    hurts: 'Whoever pays for idle runtimes: they were not looked at, all of them, for ten minutes.',
    article: 'no-successful-run',
  });
  alarms.add('ProviderNotUnderstood', {
    metric: new MathExpression({
      expression: 'FILL(offers, 0) + FILL(runtimes, 0)',
      label: 'looks at the provider that were not understood',
      period: minute,
      usingMetrics: {
        offers: count('watch-availability', 'ListingsIncomplete', minute),
        runtimes: count('guard-runtimes', 'FleetsUnread', minute),
      },
    }),
    when: { atLeast: 1 },
    periods: { bad: 10, of: 15 },
    hurts: 'Everybody: the provider answers, but for a quarter of an hour not in a way that can be read.',
    article: 'provider-not-understood',
  });
  alarms.add('BreakerOpen', {
    metric: count('guard-runtimes', 'BreakerOpen', Duration.minutes(5)),
    when: { atLeast: 1 },
    hurts: 'Whoever pays for idle runtimes: nothing is deleted until somebody has looked and armed it again.',
    article: 'breaker-open',
  });
  alarms.add('DeletionStuck', {
    metric: count('guard-runtimes', 'RuntimesStuck', Duration.minutes(5)),
    when: { atLeast: 1 },
    hurts: 'Whoever pays: a runtime was to be deleted, and still bills.',
    article: 'deletion-stuck',
  });
};

/** One refusal for good is enough, or that nobody can write to the operator any more; of tries that may yet succeed it takes three. */
const alarmOnMails = (alarms: Alarms, count: Count): void =>
  alarms.add('MailsNotAccepted', {
    metric: new MathExpression({
      expression: 'FILL(failed, 0) + 3 * (FILL(undeliverable, 0) + FILL(operator, 0))',
      label: 'mails that the mail service did not take',
      period: quarter,
      usingMetrics: {
        failed: count('send-notice', 'MailsFailed'),
        undeliverable: count('send-notice', 'MailsUndeliverable'),
        operator: count('note-bounces', 'OperatorSuppressed'),
      },
    }),
    when: { atLeast: 3 },
    hurts: 'Whoever is owed a mail: the mail service does not take it.',
    article: 'mails-not-accepted',
  });

/** Watches over what the two jobs report of themselves; answers what of it the dashboard shows, by title. */
export const watchJobs = (alarms: Alarms, namespace: string): Readonly<Record<string, readonly Metric[]>> => {
  const count = counterOf(namespace);
  alarmOnJobs(alarms, count);
  alarmOnMails(alarms, count);
  const guard = (name: string) => count('guard-runtimes', name);
  return {
    'GPUs: what was seen and told': [
      ...['Polls', 'WindowsOpened', 'WatchesFired'].map((name) => count('watch-availability', name)),
      count('send-notice', 'MailsSent'),
    ],
    'Idle runtimes: what was done': [
      ...['GuardRuns', 'RuntimesWarned', 'RuntimesDeleted', 'RuntimesSpared', 'RuntimesUnknown'].map(guard),
      count('links', 'RuntimesKept'),
    ],
  };
};
