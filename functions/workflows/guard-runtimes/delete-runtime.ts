import { asked, closedByOthers, condemned, gone, intended, spared, wouldDelete } from '#domain/guardrails/deletion.ts';
import { voidWarnings } from '#domain/guardrails/episode.ts';
import type { FleetSituation } from '#domain/guardrails/judge-fleet.ts';
import { noRoomFor, type Slot, slotsWithinTheHour } from '#domain/guardrails/limits.ts';
import { specOf } from '#domain/guardrails/particulars.ts';
import type { Policy } from '#domain/guardrails/policy.ts';
import type { Intent, RuntimeCase } from '#domain/guardrails/runtime-case.ts';
import { type SavedRuntime, savedKept } from '#domain/guardrails/saved-runtime.ts';
import { entryFor, moneyIn } from '#domain/guardrails/situation.ts';
import { type Instant, second } from '#domain/time.ts';
import type { Run } from '#workflows/runs.ts';
import type { Cases } from './cases.ts';
import { type LastLook, lastLookHolds, lookLast } from './last-look.ts';
import type { GuardWorld } from './world.ts';

/** What the deletions of one run share. `slots` are those of the last hour, `tickSlots` those that this run took. */
export type Deletions = {
  readonly world: GuardWorld;
  readonly run: Run;
  readonly fleet: FleetSituation;
  readonly cases: Cases;
  readonly slots: Slot[];
  readonly tickSlots: Slot[];
};

/** Time that a last look and its DELETE may take; without it none is begun. */
const timeForOne = 12 * second;

/** Takes a slot, in the table, before the intent: a crash loses one and never makes room for one too many. */
const takeSlot = async ({ world, run, slots, tickSlots }: Deletions, policy: Policy): Promise<boolean> => {
  const slot: Slot = { at: world.clock(), policy: policy.name };
  const current = [...slotsWithinTheHour(slots, slot.at), slot];
  if (!(await world.store.takeSlot(run.holder, current))) return false;
  slots.splice(0, slots.length, ...current);
  tickSlots.push(slot);
  return true;
};

/** It is not there any more: by our doing where we asked for it, otherwise by somebody else's. */
export const settleGone = async (cases: Cases, kase: RuntimeCase, now: Instant): Promise<void> => {
  await cases.save(gone(kase, now) ?? closedByOthers(kase, now));
};

const saveDescription = async (
  { world }: Deletions,
  { kase, detail, situation }: Extract<LastLook, { result: 'delete' }>,
): Promise<string | undefined> => {
  const spec = specOf(detail);
  if (spec === undefined || kase.particulars === undefined) return undefined;
  const now = world.clock();
  const usdPerHour = moneyIn(situation, kase)?.ratePerHour;
  const saved: SavedRuntime = {
    id: world.newId(),
    runtime: { project: kase.project, id: kase.id },
    savedAt: now,
    expiresAt: now + savedKept,
    spec,
    unsaved: kase.particulars.unsaved,
    recreation: { state: 'available' },
    ...(usdPerHour === undefined ? {} : { usdPerHour }),
  };
  await world.store.saveSaved(saved);
  return saved.id;
};

/** Answers after which nothing was deleted by our asking. */
const refusals: ReadonlySet<string> = new Set(['Refused', 'RateLimited', 'Unauthorized']);
const isRefusal = (failure: unknown) => failure instanceof Error && refusals.has(failure.name);

const askToDelete = async (deletions: Deletions, look: Extract<LastLook, { result: 'delete' }>): Promise<void> => {
  const { world, run, cases } = deletions;
  const { kase, situation, startedAt, because } = look;
  const savedId = await saveDescription(deletions, look);
  const what = kase.episode?.id ?? '';
  const intent: Intent = {
    entry: entryFor(situation, kase, 'delete-asked', because, what),
    to: situation.addressees,
    ...(savedId === undefined ? {} : { savedId }),
  };
  // A look that is too old by now says nothing: the next run looks again.
  const isOld = () => world.clock() >= startedAt + lastLookHolds;
  if (isOld()) return;
  const intending = intended(kase, intent, world.clock());
  if (!(await cases.save(intending)) || isOld()) return;
  try {
    const bounds = { signal: run.signal, deadline: startedAt + lastLookHolds };
    const { outcome } = await world.provider.deleteRuntime(kase, bounds);
    const isFirst = intending.deletion?.state === 'deleting' && intending.deletion.asks === 1;
    // Between the look and our first DELETE somebody else was faster.
    if (outcome === 'already-gone' && isFirst) await cases.save(closedByOthers(intending, world.clock()));
    else if (outcome === 'already-gone') await settleGone(cases, intending, world.clock());
    else await cases.save(asked(intending, world.clock()));
  } catch (failure) {
    const because = failure instanceof Error ? failure.message : String(failure);
    await cases.save(asked(intending, world.clock(), { because, isRefused: isRefusal(failure) }));
  }
};

/** Decides on the last look, and acts: the only place from which a DELETE is sent. */
const actOn = async (deletions: Deletions, look: LastLook): Promise<void> => {
  const { world, cases } = deletions;
  const now = world.clock();
  switch (look.result) {
    case 'changed':
      return;
    case 'gone':
      return settleGone(cases, look.kase, now);
    case 'spare': {
      // A DELETE is out already, and a runtime that is going cannot be read: look again.
      if (look.kase.deletion?.state === 'deleting' && look.unread) return;
      const what = `${look.kase.episode?.id ?? ''}/${now}`;
      const entry = entryFor(look.situation, look.kase, 'spared', look.because, what);
      // What was learned stays: a plan that turns out to be reserved is not warned about again.
      await cases.save(spared(look.kase, look.because, entry, now));
      return;
    }
    case 'delete': {
      const { kase, situation, because } = look;
      if (!(await takeSlot(deletions, situation.policy))) return;
      if (situation.policy.mode === 'enforce') return askToDelete(deletions, look);
      const entry = entryFor(situation, kase, 'would-delete', because, kase.episode?.id ?? '');
      await cases.save(wouldDelete(kase, entry, now));
    }
  }
};

/**
 * Deletes a runtime whose time has come: the mark, the last look, a slot, the description, the intent, the DELETE. Whatever
 * says no on the way spares it; where a limit does, its owner is warned afresh.
 */
export const deleteRuntime = async (deletions: Deletions, kase: RuntimeCase, policy: Policy): Promise<void> => {
  const { world, run, cases, fleet, slots, tickSlots } = deletions;
  const now = world.clock();
  if (now + timeForOne > run.deadline) return;
  const full = noRoomFor(policy, slots, tickSlots, fleet.rules.limits, now);
  if (full !== undefined) {
    // A retry waits for room: its warnings are spent, and its deletion was asked before.
    if (kase.deletion?.state !== 'deleting') await cases.save(voidWarnings(kase, full, now));
    return;
  }
  const chosen = condemned(kase, now);
  if (chosen !== kase && !(await cases.save(chosen))) return;
  await actOn(deletions, await lookLast(world, run, fleet, cases, chosen));
};
