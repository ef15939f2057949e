import { digest } from '#adapters/identity.ts';
import { day, type Instant, minute, second } from '#domain/time.ts';
import type { History } from './history.ts';
import { type EntryOf, ofKind } from './journal.ts';
import { factsIn, linksIn } from './people.ts';
import type { RuntimePlan, Use } from './plan.ts';
import { freeAt, historyStart, runtimeName, sampleSeconds, useAt, usesOf, watchAddress } from './stage.ts';

/** A runtime that a warning named, with the time that it promised. */
export type NamedWarning = {
  readonly runtimeId: string;
  readonly episodeId: string;
  readonly step: 'first' | 'last';
  readonly deleteAt: Instant;
  /** It only said what would be done. */
  readonly would: boolean;
  readonly entry: EntryOf<'mail-accepted'>;
};

/** The runtimes of a mail's warnings, as a reader finds them: each has its step above its Keep links. */
const warningsIn = (entry: EntryOf<'mail-accepted'>): NamedWarning[] => {
  const { text } = entry.mail;
  const would = text.includes('Would be deleted');
  const found = new Map<string, NamedWarning>();
  let step: NamedWarning['step'] = 'first';
  for (const line of text.split('\n')) {
    if (/the last$/.test(line)) step = 'last';
    if (/the first; another comes/.test(line)) step = 'first';
    for (const link of linksIn({ text: line })) {
      if (link.purpose !== 'keep') continue;
      const [, runtimeId, episodeId, , expiresAt] = factsIn(link);
      const key = String(runtimeId);
      const deleteAt = Number(expiresAt) - day;
      if (!found.has(key))
        found.set(key, { runtimeId: key, episodeId: String(episodeId), step, deleteAt, would, entry });
    }
  }
  return [...found.values()];
};

/** What truly was, by the plan, and what was asked and mailed, by the journal: all that the promises are judged by. */
export const truthOf = (history: History) => {
  const { plan, entries, runtimeIds } = history;
  const providerAhead = plan.clocks.provider ?? 0;
  const calls = ofKind(entries, 'provider-call');
  const mails = ofKind(entries, 'mail-accepted');
  const warnings = mails.flatMap(warningsIn);
  const struck = ofKind(entries, 'struck');
  const ended = new Map(ofKind(entries, 'ended').map((entry) => [entry.invocation, entry]));
  const indexOf = new Map(runtimeIds.flatMap((id, index) => (id === undefined ? [] : [[id, index] as const])));
  const uses = plan.runtimes.map((runtime) => usesOf(runtime, plan.massIdleAt));
  const minuteOf = (instant: Instant) => (instant - historyStart) / minute;

  return {
    calls,
    mails,
    warnings,
    minuteOf,
    deletions: calls.filter(({ operation }) => operation === 'deleteRuntime'),
    runtimeOf: (id: string): { readonly plan: RuntimePlan; readonly index: number; readonly name: string } => {
      const index = indexOf.get(id) ?? -1;
      const found = plan.runtimes[index];
      if (found === undefined) throw new RangeError(`${id} is no runtime of the history.`);
      return { plan: found, index, name: runtimeName(found, index) };
    },
    /** The samples of a runtime that the provider has in a span (the start excluded), the oldest first. */
    samplesIn: (
      index: number,
      from: Instant,
      to: Instant,
    ): { readonly at: Instant; readonly use: Exclude<Use, 'gap'> }[] => {
      const step = sampleSeconds * second;
      const samples = [];
      const last = to + providerAhead;
      for (let at = Math.floor((from + providerAhead) / step) * step + step; at <= last; at += step) {
        const use = useAt(uses[index] ?? [], minuteOf(at));
        if (use !== 'gap') samples.push({ at: at - providerAhead, use });
      }
      return samples;
    },
    /** Whether a runtime is idle, with samples to show it, from one minute to another. */
    isIdleThrough: (index: number, from: number, to: number): boolean => {
      if (plan.runtimes[index]?.busyOnCall !== undefined) return false;
      const own = uses[index] ?? [];
      return (
        useAt(own, from) === 'idle' &&
        own.every((each) => each.minute < from || each.minute > to || each.use === 'idle')
      );
    },
    isStopped: (index: number, instant: Instant): boolean => {
      const stopped = plan.runtimes[index]?.stopped;
      const now = minuteOf(instant);
      return stopped !== undefined && now >= stopped.minute && now < stopped.until;
    },
    /** GPUs that an offer shows as free. */
    freeOf: (offer: number, instant: Instant): number => {
      const own = plan.offers[offer];
      const free = own === undefined ? 0 : freeAt(own, minuteOf(instant));
      return free === 'unlisted' ? 0 : free;
    },
    /** Each instant at which an offer changes. */
    changesOf: (offer: number): readonly Instant[] =>
      (plan.offers[offer]?.free ?? []).map((each) => historyStart + each.minute * minute),
    /** Whether something struck the very run that sent a mail, or ended it: then its record may not have been made. */
    mayBeUnrecorded: ({ invocation }: { readonly invocation: number }): boolean =>
      ended.get(invocation)?.outcome !== 'done' || struck.some((entry) => entry.invocation === invocation),
    endOf: (invocation: number) => ended.get(invocation),
    strikesIn: (invocation: number) => struck.filter((entry) => entry.invocation === invocation),
    /** Where watches' mails go to, and how messages name them. */
    watchers: plan.watches.map((watch, index) => {
      const address = watchAddress(index);
      return { watch, index, address, recipientId: digest(address) };
    }),
    settingsOf: ({ deployment }: { readonly deployment: number }) => history.settings[deployment],
    /** Somebody pressed Keep, whatever the page said. */
    keepsPressed: ofKind(entries, 'acted').some(({ act, method }) => method === 'POST' && /^keep/.test(act)),
    /** Keeps that a page confirmed: of which runtime and from when. */
    keeps: ofKind(entries, 'acted').filter(
      ({ act, method, status, page }) => method === 'POST' && /^keep/.test(act) && status === 200 && /kept/i.test(page),
    ),
  };
};

export type Truth = ReturnType<typeof truthOf>;
