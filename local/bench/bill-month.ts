import { memoryMb, takes } from './bill-functions.ts';
import type { Usage } from './bill-prices.ts';
import type { CountedDay } from './bill-run.ts';
import type { Amounts } from './bill-span.ts';

export const daysOfMonth = 30.4;
const minutesOfMonth = daysOfMonth * 24 * 60;

/** What no run of the handlers shows: how the stack is built, and what AWS does by itself. */
export const assumed = {
  /**
   * Metrics in the alarms of the synthesised stack: errors of 6 functions, throttles of the account, broken pages; 2 dead-letter
   * queues and the age of the notices; polls, runs, breaker and stuck deletions; 2 of the provider, 3 of mails.
   */
  alarmMetrics: 20,
  dashboards: 1,
  parameters: 2,
  schedules: 2,
  /**
   * Lambda looks at an empty queue with five pollers that wait 20 s each, also where fewer functions may run at once. (The metrics of
   * a real account, published with its bill: 21,590 empty receives a day for each queue with a function.)
   */
  pollsAMinute: 15,
  /** New environments of a function that runs every minute. */
  coldStartsADay: 24,
  scheduledFunctions: 2,
  /** An environment decrypts its variables, and reads the parameter that it needs. */
  decryptionsAStart: 2,
  alarmMailsAMonth: 10,
  /** Two of a hundred mails bounce or are complained about. */
  mailEventShare: 0.02,
  /** A call to the provider on its way out: 400 bytes of request, encryption, acknowledgements, now and then a new connection. */
  bytesAProviderCall: 1000,
  bytesALinkPage: 10_000,
  /** Logs are kept for a month, compressed to so much. */
  keptLogShare: 0.15,
  /** Nothing but what somebody listed in the settings is kept longer than a year. */
  daysKept: 365,
} as const;

const gib = 2 ** 30;

/** A metric is billed for the hours in which it appears; the events that it tells of are spread over the day. */
const metricMonths = (appearsADay: Amounts): number =>
  Object.values(appearsADay).reduce((sum, times) => sum + Math.min(24, times) / 24, 0);

/** Of the functions that run every minute; the others' are in what was counted. */
const coldGbSecondsADay =
  ((memoryMb['watch-availability'] + memoryMb['guard-runtimes']) / 1024) *
  (takes.coldStart / 1000) *
  assumed.coldStartsADay;

/** Units a month of everything that is billed. */
export const usageOf = ({ day, tableBytes, tableBytesADay }: CountedDay): Usage => {
  const month = (aDay: number) => aDay * daysOfMonth;
  const coldStartsADay = day.coldStarts + assumed.coldStartsADay * assumed.scheduledFunctions;
  const storedGb = (tableBytes + tableBytesADay * assumed.daysKept) / gib;
  const logGb = month(day.logBytes) / gib;
  // Each is an invocation of note-bounces, too.
  const mailEvents = month(day.mails) * assumed.mailEventShare;
  const sentBytesADay = day.providerCalls * assumed.bytesAProviderCall + day.linkRequests * assumed.bytesALinkPage;
  return {
    writeUnits: month(day.writeUnits),
    readUnits: month(day.readUnits),
    tableGb: storedGb,
    backupGb: storedGb,
    functionRequests: month(day.requests) + mailEvents,
    gbSeconds: month(day.gbSeconds + coldGbSecondsADay),
    queueRequests: month(day.queueRequests) + assumed.pollsAMinute * minutesOfMonth,
    scheduled: assumed.schedules * minutesOfMonth,
    mailEvents,
    logGb,
    keptLogGb: logGb * assumed.keptLogShare,
    metrics: metricMonths(day.metrics),
    alarms: assumed.alarmMetrics,
    dashboards: assumed.dashboards,
    parameters: assumed.parameters,
    decryptions: month(coldStartsADay) * assumed.decryptionsAStart,
    linkRequests: month(day.linkRequests),
    mails: month(day.mails),
    alarmMails: assumed.alarmMailsAMonth,
    sentGb: month(sentBytesADay) / gib,
  };
};
