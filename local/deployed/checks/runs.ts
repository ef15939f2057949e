import * as z from 'zod/mini';
import type { Table } from '#adapters/store/table.ts';
import type { Board } from '#domain/board.ts';
import type { GuardBoard } from '#domain/guardrails/guard-board.ts';
import { type Instant, minute } from '#domain/time.ts';
import { counted } from '../../console-line.ts';
import type { Facts } from './facts.ts';
import { broken, type Judgement, joined, ok, type Step, warning } from './finding.ts';
import { article } from './runbook.ts';
import { listed } from './stack-facts.ts';
import { ago } from './time.ts';

/** Both functions run every minute: after so long something is wrong. */
const longestSilence = 3 * minute;

/**
 * How far a function has come. `finishedAt`: its last run that brought everything; `leftAt`: when a run last gave the lease
 * back, or will at the latest; `couldSince`: since when it could have run (deployed, credential set).
 */
export type RunFacts = {
  readonly finishedAt?: Instant;
  readonly leftAt?: Instant;
  readonly couldSince: Instant;
};

/** Whether a function runs, and its runs bring something. @param unfinished what its last run lacks, where it runs */
export const judgeRuns = (
  name: string,
  { finishedAt, leftAt, couldSince }: RunFacts,
  unfinished: string,
  logs: Step,
  now: Instant,
): Judgement => {
  if (finishedAt !== undefined && now - finishedAt <= longestSilence) {
    return ok(`${name}: last successful run ${ago(finishedAt, now)}`);
  }
  if (now - couldSince <= longestSilence) {
    return warning(`${name}: no successful run since it was deployed and given a credential, ${ago(couldSince, now)}`, {
      words: 'Ask again in 3 minutes.',
    });
  }
  const last = finishedAt === undefined ? 'never yet' : ago(finishedAt, now);
  if (leftAt !== undefined && now - leftAt <= longestSilence) {
    return broken(
      `${name}: it runs, but ${unfinished}; the last successful run: ${last}`,
      logs,
      article('no-successful-run'),
    );
  }
  return broken(`${name}: it does not run; the last successful run: ${last}`, logs, article('no-successful-run'));
};

const leased = z.object({ lease: z.object({ until: z.number() }) });

const leftAtOf = async (table: Table, pk: string): Promise<Pick<RunFacts, 'leftAt'>> => {
  const read = leased.safeParse(await table.get({ pk, sk: 'fleet' }));
  return read.success ? { leftAt: read.data.lease.until } : {};
};

/** The log of a function, whatever its log group is called. */
const logsStep = (functionNames: string, name: string, flags: string): Step => {
  const [, physical = name] =
    listed(functionNames)
      .map((pair) => pair.split('='))
      .find(([own]) => own === name) ?? [];
  const group = `aws lambda get-function-configuration --function-name ${physical} --query LoggingConfig.LogGroup --output text${flags}`;
  return { words: `Read the log of ${name}:`, command: `aws logs tail "$(${group})" --since 10m${flags}` };
};

const commonFacts = async (facts: Facts) => {
  const [table, stack, credential, functionNames] = await Promise.all([
    facts.table(),
    facts.neededStack(),
    facts.neededCredential(),
    facts.output('FunctionNames'),
  ]);
  return { table, functionNames, couldSince: Math.max(stack.changedAt, credential.setAt) };
};

const unreadable = (items: readonly string[]): Judgement[] =>
  items.length === 0
    ? []
    : [
        warning(
          [`${counted(items.length, 'item')} in the table cannot be read:`, ...items.slice(0, 5)],
          article('function-fails'),
        ),
      ];

const boardWords = ({ offers, todo }: Board): string =>
  `  ${counted(offers.size, 'offer')} known, ${counted(todo.length, 'recipient')} to look at`;

export const lookAtAvailabilityRuns = async (facts: Facts): Promise<Judgement> => {
  const name = 'watch-availability';
  const { table, functionNames, couldSince } = await commonFacts(facts);
  const [board, leftAt] = await Promise.all([facts.availabilityBoard(), leftAtOf(table, 'availability')]);
  const { lastCompleteAt: finishedAt } = board.fleet;
  const run = { couldSince, ...leftAt, ...(finishedAt === undefined ? {} : { finishedAt }) };
  const logs = logsStep(functionNames, name, facts.awsOptions.flags);
  const judged = judgeRuns(name, run, 'no listing of the inventory came whole', logs, facts.clock());
  return joined([judged, ok(boardWords(board)), ...unreadable(board.unreadable)]);
};

const followedWords = ({ fleet, cases }: GuardBoard): string => {
  const clocks = [...fleet.clocks.values()];
  const unknown = clocks.filter((clock) => clock.unknown !== undefined).length;
  const idle = clocks.filter((clock) => clock.span !== undefined).length;
  return `  ${counted(clocks.length, 'runtime')} followed: ${idle} idle, ${unknown} not readable; ${counted(cases.size, 'case')} open`;
};

export const lookAtGuardRuns = async (facts: Facts): Promise<Judgement> => {
  const name = 'guard-runtimes';
  const { table, functionNames, couldSince } = await commonFacts(facts);
  const [board, leftAt] = await Promise.all([facts.guardBoard(), leftAtOf(table, 'guard')]);
  const { judgedAt: finishedAt, slowedTo } = board.fleet;
  const run = { couldSince, ...leftAt, ...(finishedAt === undefined ? {} : { finishedAt }) };
  const logs = logsStep(functionNames, name, facts.awsOptions.flags);
  const judged = judgeRuns(name, run, 'does not come to judging', logs, facts.clock());
  const slowed =
    slowedTo === undefined
      ? []
      : [
          warning(`the provider said that it is asked too often: ${counted(slowedTo, 'call')} at once for now`, {
            words: 'Lower provider.callsPerSecond if this stays.',
          }),
        ];
  return joined([judged, ok(followedWords(board)), ...slowed, ...unreadable(board.unreadable)]);
};
