import type { Wanted } from '#domain/board.ts';
import { type Asked, planRegistering, withAnswers, withAsking } from '#domain/registering.ts';
import type { Fail } from '#workflows/attempts.ts';
import type { Run } from '#workflows/runs.ts';
import type { ReadRequests } from './take-in-watches.ts';
import type { WatchAvailabilitySettings, WatchAvailabilityWorld } from './world.ts';

/** Asked for together: a provider that hangs holds up the run for the time limit of one call. */
const mostAskedAtOnce = 10;

const askFor = async (world: WatchAvailabilityWorld, run: Run, wanted: Wanted, fail: Fail): Promise<Asked> => {
  try {
    const answer = await world.inventory.registerRequest(wanted, run.signal);
    if (answer.outcome === 'not-now') fail(answer.failure);
    return { wanted, answer };
  } catch (failure) {
    fail(failure);
    return { wanted };
  }
};

const reportAsked = (world: WatchAvailabilityWorld, { wanted: { region, configId }, answer }: Asked): void => {
  if (answer?.outcome === 'registered') world.report({ event: 'request-registered', region, configId });
  if (answer?.outcome === 'refused') {
    world.report({ event: 'request-refused', region, configId, because: answer.because });
  }
};

const isSettled = ({ answer }: Asked): boolean => answer?.outcome === 'registered' || answer?.outcome === 'refused';

/** Asks the provider for offers, and writes down before what it asks for and afterwards what it learnt. Answers what is settled. */
const ask = async (
  world: WatchAvailabilityWorld,
  run: Run,
  { known }: ReadRequests,
  wanted: readonly Wanted[],
  fail: Fail,
): Promise<readonly Wanted[]> => {
  const asking = withAsking(known, wanted, world.clock());
  await world.store.saveRequestsSource(asking);
  const asked = await Promise.all(wanted.map((one) => askFor(world, run, one, fail)));
  // Past the deadline the lease may be another run's: what was made, the next listing shows it.
  if (world.clock() >= run.deadline) return [];
  await world.store.saveRequestsSource(withAnswers(asking, asked));
  for (const one of asked) reportAsked(world, one);
  return asked.filter(isSettled).map(({ wanted: settled }) => settled);
};

/**
 * Registers at the provider the offers that new watches of our API name, where the account has no request for them that waits. It
 * goes by the account's requests as just read, and does nothing in a look that did not read them.
 */
export const registerUpstream = async (
  world: WatchAvailabilityWorld,
  run: Run,
  settings: WatchAvailabilitySettings,
  wanted: readonly Wanted[],
  read: ReadRequests | undefined,
  fail: Fail,
): Promise<void> => {
  if (!settings.registerUpstream || wanted.length === 0 || read === undefined) return;
  const { listing, known } = read;
  if (!listing.complete) world.report({ event: 'requests-unread', because: listing.because.join('; ') });
  const plan = planRegistering(wanted, known, listing, mostAskedAtOnce);
  if (plan.ask.length > 0 && world.clock() >= run.deadline) return;
  const settled = plan.ask.length === 0 ? [] : await ask(world, run, read, plan.ask, fail);
  for (const one of [...plan.done, ...settled]) await world.store.removeWanted(one);
};
