import { oneLine } from '#adapters/look/one-line.ts';
import type { Breaker } from '#domain/guardrails/breaker.ts';
import type { OperatorDesk } from '#domain/guardrails/trouble.ts';
import type { Instant } from '#domain/time.ts';
import type { Facts } from './facts.ts';
import { broken, type Judgement, ok, warning } from './finding.ts';
import { article } from './runbook.ts';
import { ago } from './time.ts';

/** Whether the breaker lets runtimes be warned about and deleted. */
export const judgeBreaker = ({ open }: Breaker, now: Instant): Judgement => {
  if (open === undefined) return ok('the breaker is closed');
  const seen = `the breaker is open, since ${ago(open.at, now)}: ${open.runtimes} of ${open.fleet} runtimes turned idle together, and nobody is warned and nothing deleted`;
  return broken(
    seen,
    { words: 'Look whether they are really idle; the mail to the operator has the link that closes the breaker.' },
    article('breaker-open'),
  );
};

const mostTold = 10;

/** What stands wrong by the word of the last run. */
export const judgeTroubles = ({ troubles, retryAt }: OperatorDesk, now: Instant): Judgement => {
  const standing = Object.values(troubles).filter(({ overAt, kind }) => overAt === undefined && kind !== 'breaker');
  const lines = standing
    .slice(0, mostTold)
    .map(({ kind, about, because, since }) => `${kind}, ${ago(since, now)}: ${oneLine(`${about}: ${because}`, 200)}`);
  const more = standing.length > mostTold ? [`and ${standing.length - mostTold} more`] : [];
  const unmailed = retryAt !== undefined && retryAt > now ? ["the operator's address takes no mail at the moment"] : [];
  const seen = [...lines, ...more, ...unmailed];
  if (seen.length === 0) return ok('no standing troubles');
  const steps = standing.some(({ kind }) => kind === 'stuck') ? [article('deletion-stuck')] : [];
  return warning(seen, { words: 'The mails to the operator say what to do about each.' }, ...steps);
};

export const lookAtBreaker = async (facts: Facts): Promise<Judgement> =>
  judgeBreaker((await facts.guardBoard()).breaker.value, facts.clock());

export const lookAtTroubles = async (facts: Facts): Promise<Judgement> =>
  judgeTroubles((await facts.guardBoard()).desk.value, facts.clock());
