import type { Instant } from '#domain/time.ts';
import { second } from '#domain/time.ts';
import { awsFault } from './checks/aws-faults.ts';
import { createFacts, type Facts } from './checks/facts.ts';
import { type Judgement, NotLookedAt, notLookedAt, type Verdict } from './checks/finding.ts';
import { allChecks, type Check } from './checks/list.ts';
import { within } from './checks/time.ts';
import type { DeployedWorld } from './checks/world.ts';

/** One check with what it says. */
export type Finding = Pick<Check, 'group' | 'name'> & Judgement;

/** Everything that the doctor tells; with `--json` exactly this. */
export type Diagnosis = {
  readonly at: Instant;
  readonly stage: string;
  readonly stack: string;
  /** Missing where no region is set. */
  readonly region?: string;
  /** Nothing is broken. */
  readonly healthy: boolean;
  readonly counts: Readonly<Record<Verdict, number>>;
  readonly findings: readonly Finding[];
};

/** Nobody waits longer; what several checks need is given up a little earlier. */
export const checkLimit = 12 * second;

const judgementOf = async ({ look }: Check, facts: Facts, limit: number): Promise<Judgement> => {
  try {
    return await within(limit, look(facts));
  } catch (failure) {
    if (failure instanceof NotLookedAt) return notLookedAt(failure.message);
    return awsFault(failure, facts.awsOptions);
  }
};

const countsOf = (findings: readonly Finding[]): Diagnosis['counts'] => {
  const count = (wanted: Verdict) => findings.filter(({ verdict }) => verdict === wanted).length;
  return {
    ok: count('ok'),
    warning: count('warning'),
    broken: count('broken'),
    'not-looked-at': count('not-looked-at'),
  };
};

const regionIn = async ({ aws }: DeployedWorld): Promise<Pick<Diagnosis, 'region'>> => {
  try {
    return { region: await aws.cloudformation.config.region() };
  } catch {
    // Whoever asks AWS says that there is none.
    return {};
  }
};

/**
 * Makes all checks at once, each in the time that it has. One that fails is broken, and no other's trouble.
 *
 * @param limit milliseconds for each check
 */
export const diagnose = async (
  world: DeployedWorld,
  checks: readonly Check[] = allChecks,
  limit: number = checkLimit,
): Promise<Diagnosis> => {
  const facts = createFacts(world);
  const findings = await Promise.all(
    checks.map(async (check): Promise<Finding> => {
      const { group, name } = check;
      return { group, name, ...(await judgementOf(check, facts, limit)) };
    }),
  );
  const counts = countsOf(findings);
  return {
    at: world.clock(),
    stage: world.stage,
    stack: world.stackName,
    ...(await regionIn(world)),
    healthy: counts.broken === 0,
    counts,
    findings,
  };
};
