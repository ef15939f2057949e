import { Duration } from 'aws-cdk-lib';
import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Alarms } from './constructs/alarms.ts';

const minute = Duration.minutes(1);
const quarter = Duration.minutes(15);

/** How often a function counted something: see functions/adapters/telemetry.ts for what each name means. */
const counterOf =
  (namespace: string) =>
  (service: string, metricName: string, period = quarter): Metric =>
    new Metric({ namespace, metricName, dimensionsMap: { service }, statistic: Stats.SUM, period });

type Count = ReturnType<typeof counterOf>;

/** What has to happen in every minute, and has not in any of ten. */
const watchSilence = (alarms: Alarms, count: Count): void => {
  // Minute by minute: of longer periods CloudWatch looks at older ones, too, before it takes silence for what it is.
  const silence = { when: 'silence', periods: { bad: 10, of: 10 }, article: 'no-successful-run' } as const;
  alarms.add('NoPoll', {
    ...silence,
    metric: count('watch-availability', 'Polls', minute),
    hurts: 'Whoever waits for a GPU: the inventory was not read, whole, for ten minutes.',
  });
  alarms.add('NoGuardRun', {
    ...silence,
    metric: count('guard-runtimes', 'GuardRuns', minute),
    hurts: 'Whoever pays for idle runtimes: they were not looked at, all of them, for ten minutes.',
  });
};

const watchProvider = (alarms: Alarms, count: Count): void => {
  const mostly = { when: { atLeast: 1 }, periods: { bad: 10, of: 15 }, article: 'provider-not-understood' } as const;
  alarms.add('OffersNotUnderstood', {
    ...mostly,
    metric: count('watch-availability', 'ListingsIncomplete', minute),
    hurts:
      'Whoever waits for a GPU: for a quarter of an hour the provider has listed its offers in no way that can be relied on.',
  });
  alarms.add('RuntimesNotUnderstood', {
    ...mostly,
    metric: count('guard-runtimes', 'FleetsUnread', minute),
    hurts:
      'Whoever pays for idle runtimes: for a quarter of an hour they could not be read, all of them or in a project.',
  });
};

const watchDeletions = (alarms: Alarms, count: Count): void => {
  const once = { when: { atLeast: 1 } } as const;
  const period = Duration.minutes(5);
  alarms.add('BreakerOpen', {
    ...once,
    metric: count('guard-runtimes', 'BreakerOpen', period),
    hurts: 'Whoever pays for idle runtimes: nothing is deleted until somebody has looked and armed the breaker again.',
    article: 'breaker-open',
  });
  alarms.add('DeletionStuck', {
    ...once,
    metric: count('guard-runtimes', 'RuntimesStuck', period),
    hurts: 'Whoever pays: a runtime was to be deleted, and still bills.',
    article: 'deletion-stuck',
  });
};

/** Concurrency is one number for the account and region: where it runs out, all of our functions are hurt. */
const watchConcurrency = (alarms: Alarms): void =>
  alarms.add('Throttled', {
    metric: LambdaFunction.metricAllThrottles({ period: minute }),
    when: { atLeast: 1 },
    periods: { bad: 3, of: 5 },
    hurts: 'Everybody: functions of this account are refused for want of concurrency, ours, too.',
    article: 'function-fails',
  });

/** A page that fails is an answer, and no failure of its function. */
const watchPages = (alarms: Alarms, count: Count): void =>
  alarms.add('PagesBroken', {
    metric: count('links', 'PartsFailed', Duration.minutes(5)),
    when: { atLeast: 1 },
    hurts: 'Whoever presses a link in a mail sees that it failed: runtimes cannot be kept.',
    article: 'function-fails',
  });

/** One refusal for good is enough; of tries that may yet succeed it takes three. */
const watchMails = (alarms: Alarms, count: Count): void => {
  const article = 'mails-not-accepted';
  alarms.add('MailsFail', {
    metric: count('send-notice', 'MailsFailed'),
    when: { atLeast: 3 },
    hurts: 'Whoever is owed a mail gets it late: the mail service did not take it, again and again.',
    article,
  });
  alarms.add('MailsRefused', {
    metric: count('send-notice', 'MailsUndeliverable'),
    when: { atLeast: 1 },
    hurts: 'Somebody is not told what they are owed: the mail service refuses their mail.',
    article,
  });
  alarms.add('OperatorUnreachable', {
    metric: count('note-bounces', 'OperatorSuppressed'),
    when: { atLeast: 1 },
    hurts: "Everybody: the operator's address does not take mail, so nobody hears of troubles.",
    article,
  });
};

/** Watches over what the two jobs report of themselves; answers what of it the dashboard shows, by title. */
export const watchJobs = (alarms: Alarms, namespace: string): Readonly<Record<string, readonly Metric[]>> => {
  const count = counterOf(namespace);
  watchSilence(alarms, count);
  watchProvider(alarms, count);
  watchDeletions(alarms, count);
  watchMails(alarms, count);
  watchPages(alarms, count);
  watchConcurrency(alarms);
  // Alarms take metrics without a label only.
  const shown = (service: string, name: string) => count(service, name).with({ label: name });
  return {
    'GPUs: what was seen and told': [
      ...['Polls', 'WindowsOpened', 'WatchesFired'].map((name) => shown('watch-availability', name)),
      shown('send-notice', 'MailsSent'),
    ],
    'Idle runtimes: what was done': [
      ...['GuardRuns', 'RuntimesDeleted', 'RuntimesSpared', 'RuntimesUnknown'].map((name) =>
        shown('guard-runtimes', name),
      ),
      shown('send-notice', 'RuntimesWarned'),
      shown('links', 'RuntimesKept'),
    ],
  };
};
