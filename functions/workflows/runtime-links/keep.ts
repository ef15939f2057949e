import type { Report } from '#domain/event.ts';
import { type KeepOutcome, keepable, keepChoicesUpTo, keepRuntime } from '#domain/guardrails/keep.ts';
import { type RuntimeCase, runtimeKey } from '#domain/guardrails/runtime-case.ts';
import type { KeepChoice, ToldRuntime } from '#domain/guardrails/runtime-notice.ts';
import type { WarningRecord } from '#domain/guardrails/warning-record.ts';
import type { Instant } from '#domain/time.ts';
import { type CaseStore, decideOnCase } from '#workflows/cases.ts';

/** Everything that keeping needs of the world. */
export type KeepWorld = {
  readonly store: CaseStore & { readWarningRecord(mailId: string): Promise<WarningRecord | undefined> };
  /** What links offer, as far as the policy of a runtime allows it. */
  readonly keepChoices: readonly KeepChoice[];
  readonly clock: () => Instant;
  readonly report: Report;
};

/** A runtime as a Keep link names it, and the mail that the link stands in. */
export type KeepLink = {
  readonly project: string;
  readonly runtimeId: string;
  readonly episodeId: string;
  readonly mailId: string;
};

/** What a Keep link would do now. `deleteAt`: the latest time that a mail named. */
export type KeepView =
  | {
      readonly outcome: 'keepable';
      readonly runtime: ToldRuntime;
      readonly choices: readonly KeepChoice[];
      readonly deleteAt?: Instant;
      readonly keptUntil?: Instant;
    }
  | Exclude<KeepOutcome, { outcome: 'kept' }>;

const addressOf = ({ project, runtimeId: id }: KeepLink) => ({ project, id });

/** Up to what the policy allowed when the warning became owed: what its mail offers. */
const choicesFor = ({ keepChoices }: KeepWorld, { episode }: RuntimeCase): readonly KeepChoice[] =>
  keepChoicesUpTo(episode?.keepAtMost ?? Number.POSITIVE_INFINITY, keepChoices);

/** Shows what a link would do. Changes nothing. */
export const viewKeep = async (world: KeepWorld, link: KeepLink): Promise<KeepView> => {
  const found = await world.store.readCase(runtimeKey(addressOf(link)));
  const view = keepable(found?.value, link.episodeId);
  if (view.outcome !== 'keepable') return view;
  const { kase } = view;
  const { project, id, name, keep, named } = kase;
  return {
    outcome: 'keepable',
    runtime: { project, id, name },
    choices: choicesFor(world, kase),
    ...(named === undefined ? {} : { deleteAt: named }),
    ...(keep !== undefined && keep.until > world.clock() ? { keptUntil: keep.until } : {}),
  };
};

type KeepAnswer = KeepOutcome | { readonly outcome: 'choice-too-long' };
type Pressed = { readonly outcome: KeepAnswer; readonly name: string; readonly isNew: boolean };

/** What pressing Keep came to; `choice-too-long` where the policy does not allow it. Safe to repeat. */
export const keep = async (
  world: KeepWorld,
  link: KeepLink,
  choice: KeepChoice,
  recipientId?: string,
): Promise<KeepAnswer> => {
  const { episodeId, mailId } = link;
  const wish = { episodeId, choice, mailId, ...(recipientId === undefined ? {} : { recipientId }) };
  const { outcome, name, isNew } = await decideOnCase<Pressed>(world.store, runtimeKey(addressOf(link)), (before) => {
    const view = keepable(before, episodeId);
    if (view.outcome === 'keepable' && !choicesFor(world, view.kase).includes(choice)) {
      return { kase: before, result: { outcome: { outcome: 'choice-too-long' }, name: '', isNew: false } };
    }
    const kept = keepRuntime(before, wish, world.clock());
    const changed = kept.kase !== before;
    return { kase: kept.kase, result: { outcome: kept.outcome, name: kept.kase?.name ?? '', isNew: changed } };
  });
  if (outcome.outcome === 'kept' && isNew) {
    const { project, runtimeId } = link;
    world.report({ event: 'runtime-kept', until: outcome.until, project, runtimeId, name });
  }
  return outcome;
};

const linksOf = ({ mailId, rows }: WarningRecord): readonly KeepLink[] =>
  rows.map(({ project, id: runtimeId, episodeId }) => ({ project, runtimeId, episodeId, mailId }));

/** What a Keep all link would do to each runtime of its mail; none where the mail is not known. */
export const viewKeepAll = async (world: KeepWorld, mailId: string): Promise<readonly KeepView[]> => {
  const record = await world.store.readWarningRecord(mailId);
  return Promise.all((record === undefined ? [] : linksOf(record)).map((link) => viewKeep(world, link)));
};

/** Keeps every runtime of a mail that can still be kept; answers the ids of those that are kept now. */
export const keepAll = async (
  world: KeepWorld,
  mailId: string,
  choice: KeepChoice,
): Promise<readonly { readonly id: string; readonly until: Instant }[]> => {
  const record = await world.store.readWarningRecord(mailId);
  if (record === undefined) return [];
  const kept = await Promise.all(
    linksOf(record).map(async (link) => {
      const outcome = await keep(world, link, choice, record.recipientId);
      return outcome.outcome === 'kept' ? [{ id: link.runtimeId, until: outcome.until }] : [];
    }),
  );
  return kept.flat();
};
