import { type Instant, minute } from '#domain/time.ts';
import { spanInWords, textTable } from '../text-table.ts';
import type { AvailabilityOutcome, PolicyOutcome } from './outcome.ts';

const usd = (sum: number): string => `$${sum.toFixed(2)}`;

/** Time since the past began, as `7 h 05`. */
const since = (at: Instant, startsAt: Instant): string => {
  const minutes = Math.floor((at - startsAt) / minute);
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')}`;
};

const outcomeHead = ['warned', 'spared', 'deleted', 'false', 'hours freed', 'freed', 'mails'];

const outcomeCells = (outcome: PolicyOutcome): string[] => [
  outcome.policy,
  String(outcome.warned),
  String(outcome.spared),
  String(outcome.fired),
  String(outcome.false),
  outcome.hoursFreed.toFixed(1),
  usd(outcome.usdFreed),
  String(outcome.mailsSent),
];

/** Policies, or one policy at many values of a setting, side by side. */
export const outcomeTable = (what: string, outcomes: readonly PolicyOutcome[]): string =>
  textTable([what, ...outcomeHead], outcomes.map(outcomeCells));

const mailWords = (about: PolicyOutcome['mailsAbout']): string =>
  Object.entries(about)
    .map(([kind, count]) => `${count} ${kind.replaceAll('-', ' ')}`)
    .join(', ');

const verdictOf = ({ false: isFalse, busyRowsAfter }: PolicyOutcome['deletions'][number]): string => {
  if (isFalse) return 'FALSE';
  return busyRowsAfter > 0 ? 'a little' : '';
};

const deletionTable = ({ deletions }: PolicyOutcome, startsAt: Instant): string =>
  textTable(
    ['runtime', 'deleted after', 'hours freed', 'freed', 'rows >= 20 % later', 'used again'],
    deletions.map((each) => [
      each.runtime,
      since(each.at, startsAt),
      each.false ? '-' : each.hoursFreed.toFixed(1),
      each.false ? '-' : usd(each.usdFreed),
      String(each.busyRowsAfter),
      verdictOf(each),
    ]),
  );

const breakerLine = ({ breakerOpenedAt }: PolicyOutcome, startsAt: Instant): readonly string[] =>
  breakerOpenedAt === undefined
    ? []
    : [
        `The breaker opened after ${since(breakerOpenedAt, startsAt)}: nothing is deleted from then on until somebody closes it.`,
      ];

/** What one policy would have deleted, one line each. */
const detailsOf = (outcome: PolicyOutcome, startsAt: Instant): string =>
  [
    `${outcome.policy}: ${outcome.mailsSent} mails${outcome.mailsSent === 0 ? '' : ` (${mailWords(outcome.mailsAbout)})`}, ${outcome.unknownReadings} of ${outcome.readings} readings unknown`,
    ...breakerLine(outcome, startsAt),
    ...(outcome.deletions.length === 0 ? [] : ['', deletionTable(outcome, startsAt)]),
  ].join('\n');

/** The page for policies side by side. */
export const policiesPage = (outcomes: readonly PolicyOutcome[], startsAt: Instant): string => {
  const [first] = outcomes;
  const head = `${first?.runtimes ?? 0} runtimes, ${(first?.hours ?? 0).toFixed(1)} h, ${first?.looks ?? 0} looks, from ${new Date(startsAt).toISOString()}`;
  const details = outcomes.map((outcome) => detailsOf(outcome, startsAt));
  return [head, outcomeTable('policy', outcomes), ...details].join('\n\n');
};

/** The page for one policy at many values of a setting. */
export const sweepPage = (policy: string, setting: string, outcomes: readonly PolicyOutcome[]): string => {
  const right = outcomes.filter((outcome) => outcome.false === 0);
  const best = right.reduce<PolicyOutcome | undefined>(
    (most, each) => (most === undefined || each.hoursFreed > most.hoursFreed ? each : most),
    undefined,
  );
  const verdict =
    best === undefined
      ? 'At none of these values were all deletions right.'
      : `Of the values without a false deletion, ${best.policy} frees the most: ${best.hoursFreed.toFixed(1)} h, ${usd(best.usdFreed)}.`;
  return [
    `${policy} with ${setting} at ${outcomes.length} values, all else as it is (warnings move along)`,
    outcomeTable(setting, outcomes),
    verdict,
  ].join('\n\n');
};

const delayWords = (seconds: number | null): string => spanInWords(seconds === null ? undefined : seconds * 1000);

/** The page for watches. */
export const availabilityPage = ({ days, polls, watches }: AvailabilityOutcome): string =>
  [
    `${days.toFixed(1)} days, ${polls} polls, one watch of each kind per offer`,
    textTable(
      ['watch', 'windows', 'mails', 'untold', 'untold, 6 h or more', 'median delay', 'worst delay'],
      watches.map((each) => [
        each.notify,
        String(each.windows),
        String(each.mails),
        String(each.untold),
        String(each.longUntold),
        delayWords(each.medianDelaySeconds),
        delayWords(each.worstDelaySeconds),
      ]),
    ),
  ].join('\n\n');
