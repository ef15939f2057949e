import { hour, type Instant, minute, second } from '#domain/time.ts';
import type { EntryOf } from '../journal.ts';
import { factsIn } from '../people.ts';
import { at } from '../stage.ts';
import type { Truth } from '../truth.ts';
import type { Breach, Promised } from './promise.ts';

type Call = EntryOf<'provider-call'>;

const idOf = ({ runtimeId = '' }: Pick<Call, 'runtimeId'>) => runtimeId;

/** Between two looks of one moment by clocks that differ: a second and a half each. */
const tolerance = 3 * second;

const eachDeletion =
  (judge: (deletion: Call, truth: Truth) => readonly string[]): Promised['breaches'] =>
  (_history, truth) =>
    truth.deletions.flatMap((deletion) =>
      judge(deletion, truth).map((what): Breach => {
        const { name } = truth.runtimeOf(idOf(deletion));
        return { at: deletion.sentAt, what: `DELETE of ${name}: ${what}` };
      }),
    );

const isWhole = ({ status, faults }: Call): boolean => status === 200 && faults.every((fault) => fault === 'delay');

/** The look at a runtime by the run that deletes it: of its own, so after any DELETE before, and not older than 10 s. */
const lastLooks = (deletion: Call, { calls, deletions }: Truth, operation: Call['operation']): Call | undefined => {
  const before = deletions.findLast((call) => call.runtimeId === deletion.runtimeId && call.sentAt < deletion.sentAt);
  return calls.findLast(
    (call) =>
      call.sentAt > (before?.sentAt ?? 0) &&
      call.operation === operation &&
      call.runtimeId === deletion.runtimeId &&
      call.invocation === deletion.invocation &&
      call.at <= deletion.sentAt &&
      call.sentAt >= deletion.sentAt - 10 * second,
  );
};

export const looksFirst: Promised = {
  name: 'A DELETE comes within 10 s after its own look at the detail and the metrics, both answered',
  breaches: eachDeletion((deletion, truth) =>
    (['getRuntime', 'getRuntimeMetrics'] as const).flatMap((operation) => {
      const look = lastLooks(deletion, truth, operation);
      if (look === undefined) return [`no ${operation} in the 10 s before`];
      return isWhole(look) || look.faults.includes('staleData')
        ? []
        : [`its ${operation} was not answered (${look.status})`];
    }),
  ),
};

/** What the answered metrics showed: the newest sample, and those since the metrics before them. */
const shownBy = (look: Call, truth: Truth, index: number) => {
  const before = truth.calls.findLast(
    (call) =>
      call.operation === 'getRuntimeMetrics' && call.runtimeId === look.runtimeId && call.at < look.at && isWhole(call),
  );
  const all = truth.samplesIn(index, look.at - 5 * minute, look.at);
  return all.filter(({ at: sampledAt }, place) => place === all.length - 1 || sampledAt > (before?.at ?? 0));
};

export const sparesTheUsed: Promised = {
  name: 'A runtime that was busy, without fresh samples or not Running at the last look is not deleted',
  breaches: eachDeletion((deletion, truth) => {
    const { index, plan } = truth.runtimeOf(idOf(deletion));
    const look = lastLooks(deletion, truth, 'getRuntimeMetrics');
    const detail = lastLooks(deletion, truth, 'getRuntime');
    if (look === undefined || detail === undefined || look.faults.includes('staleData')) return [];
    const shown = shownBy(look, truth, index);
    const looks = truth.calls.filter(
      (call) =>
        call.operation === 'getRuntimeMetrics' &&
        call.runtimeId === look.runtimeId &&
        call.status === 200 &&
        call.at <= look.at,
    ).length;
    const fresh = truth.samplesIn(index, look.at - 3 * minute, look.at);
    return [
      ...shown
        .filter(({ use }) => use !== 'idle')
        .slice(0, 1)
        .map(({ use }) => `its last look showed it ${use}`),
      ...(looks >= (plan.busyOnCall ?? Number.POSITIVE_INFINITY) ? ['its last look showed it busy'] : []),
      ...(fresh.length === 0 ? ['its last look showed no sample of the last 3 minutes'] : []),
      ...(truth.isStopped(index, detail.at) ? ['it was Stopped'] : []),
    ];
  }),
};

export const sparesTheProtected: Promised = {
  name: 'A runtime that is young, reserved, exempt or kept is not deleted, and none in observe mode',
  breaches: eachDeletion((deletion, truth) => {
    const { plan, name, index: _ } = truth.runtimeOf(idOf(deletion));
    const { guardrails } = truth.settingsOf(deletion) ?? {};
    const createdAt = at(-plan.ageMinutes);
    const kept = truth.keeps.filter(
      ({ act, link, at: keptAt }) =>
        act === 'keep' &&
        factsIn({ token: link.split('token=')[1] ?? '' })[1] === deletion.runtimeId &&
        keptAt < deletion.sentAt - 10 * second &&
        deletion.sentAt < keptAt + 4 * hour - tolerance,
    );
    return [
      ...(plan.plan === 'on-demand' ? [] : [`its plan is ${plan.plan}`]),
      ...(deletion.sentAt < createdAt + 30 * minute - 125 * second ? ['it is younger than 30 minutes'] : []),
      ...(guardrails?.exemptions.some((exemption) => exemption.name === name) ? ['it is exempt'] : []),
      ...(guardrails?.mode === 'enforce' ? [] : ['in observe mode']),
      ...kept.slice(0, 1).map(() => 'somebody keeps it'),
    ];
  }),
};

/** Whether a runtime that was asked to go is still being asked: no use in between. */
const isRetry = (deletion: Call, truth: Truth): boolean => {
  const { index } = truth.runtimeOf(idOf(deletion));
  const before = truth.deletions.findLast(
    (call) => call.runtimeId === deletion.runtimeId && call.sentAt < deletion.sentAt,
  );
  if (before === undefined) return false;
  const between = truth.samplesIn(index, before.sentAt, deletion.sentAt);
  return between.every(({ use }) => use === 'idle');
};

export const warnsFirst: Promised = {
  name: 'A DELETE comes the lead after an accepted last warning, not before any time that a mail named and not long after',
  breaches: eachDeletion((deletion, truth) => {
    if (isRetry(deletion, truth)) return [];
    const named = truth.warnings.filter(
      ({ runtimeId, would, entry }) => !would && runtimeId === deletion.runtimeId && entry.at < deletion.sentAt,
    );
    const last = named.findLast(({ step }) => step === 'last');
    if (last === undefined) return ['no last warning was accepted'];
    const lead = deletion.sentAt - last.entry.at;
    const latest = Math.max(...named.map(({ deleteAt }) => deleteAt));
    const inMinutes = (span: Instant) => (span / minute).toFixed(1);
    return [
      ...(lead < 15 * minute - tolerance ? [`${inMinutes(lead)} minutes after its last warning`] : []),
      ...(deletion.sentAt < latest - tolerance
        ? [`${inMinutes(latest - deletion.sentAt)} minutes before a mail's time`]
        : []),
      ...(deletion.sentAt > last.deleteAt + 30 * minute + tolerance
        ? [`${inMinutes(deletion.sentAt - last.deleteAt)} minutes after the last mail's time`]
        : []),
    ];
  }),
};

export const keepsLimits: Promised = {
  name: 'Deletions stay within the limits of a tick and of an hour',
  breaches: (history, { deletions }) =>
    deletions.flatMap((deletion) => {
      const { perTick, perHour } = history.plan.limits;
      const before = deletions.filter(
        ({ sentAt }) => sentAt <= deletion.sentAt && sentAt > deletion.sentAt - hour + 5 * second,
      );
      const inRun = before.filter(({ invocation }) => invocation === deletion.invocation);
      return [
        ...(inRun.length > perTick
          ? [{ at: deletion.sentAt, what: `${inRun.length} DELETEs in a tick, ${perTick} allowed` }]
          : []),
        ...(before.length > perHour
          ? [{ at: deletion.sentAt, what: `${before.length} DELETEs in an hour, ${perHour} allowed` }]
          : []),
      ];
    }),
};

export const asksOnce: Promised = {
  name: 'A runtime that terminates is not asked to go again',
  breaches: eachDeletion((deletion, truth) => {
    const { plan } = truth.runtimeOf(idOf(deletion));
    if (plan.conduct !== 'usual' && plan.conduct !== 'terminates-slowly') return [];
    const look = lastLooks(deletion, truth, 'getRuntime');
    if (look === undefined || look.faults.includes('staleData')) return [];
    const done = truth.deletions.some(
      (call) => call.runtimeId === deletion.runtimeId && call.at < look.sentAt && wasCarriedOut(call),
    );
    return done ? ['it was asked before, and terminates'] : [];
  }),
};

/** Whether the provider carried out a DELETE, whatever became of the answer. */
export const wasCarriedOut = ({ status, faults }: Call): boolean =>
  status === 202 || (faults.includes('dropConnection') && status === 0) || status === 502;

const everyoneIdle = 4;

export const stopsAtTheBreaker: Promised = {
  name: 'When most of the fleet goes idle at once, nothing of it is deleted until the operator lets it go on',
  breaches: (history, truth) => {
    const { massIdleAt, runtimes, everyMinutes } = history.plan;
    if (massIdleAt === undefined) return [];
    // Idle long enough for a look that sees them all: it comes up to a tick after the first warnings are due.
    const seenAt = massIdleAt + 15 + everyMinutes;
    const wentIdle = runtimes.filter((_, index) => truth.isIdleThrough(index, massIdleAt, seenAt));
    if (wentIdle.length < everyoneIdle || wentIdle.length <= runtimes.length / 2) return [];
    const rearmed = history.entries.some(
      (entry) => entry.kind === 'acted' && entry.act === 'rearm' && entry.status === 200,
    );
    if (rearmed) return [];
    return truth.deletions.flatMap((deletion) => {
      const { index, name } = truth.runtimeOf(idOf(deletion));
      const isSameSpan = truth.isIdleThrough(index, massIdleAt, truth.minuteOf(deletion.sentAt));
      return isSameSpan ? [{ at: deletion.sentAt, what: `DELETE of ${name}, idle since all went idle at once` }] : [];
    });
  },
};
