import { hour, minute } from '#domain/time.ts';
import type { History } from '../history.ts';
import type { EntryOf } from '../journal.ts';
import { offerConfigs } from '../stage.ts';
import type { Truth } from '../truth.ts';
import type { Breach, Promised } from './promise.ts';

type Accepted = EntryOf<'mail-accepted'>;

const at = ({ at }: Accepted, what: string): Breach => ({ at, what });

/** The mails after the first of one fact, but for those whose acceptance may never have been recorded. */
const repeated = <T>(told: readonly T[], factOf: (one: T) => string, entryOf: (one: T) => Accepted, truth: Truth) =>
  [...Map.groupBy(told, factOf)].flatMap(([fact, all]) => {
    const recorded = all.filter((one) => !truth.mayBeUnrecorded(entryOf(one)));
    return all.length > 1 && recorded.length > 0 && all.indexOf(recorded[0] as T) < all.length - 1
      ? [{ fact, last: entryOf(all.at(-1) as T), count: all.length }]
      : [];
  });

export const warnsOnce: Promised = {
  name: 'A warning is mailed once, unless its acceptance may not have been recorded',
  breaches: (_history, truth) =>
    repeated(
      truth.warnings,
      ({ entry, runtimeId, episodeId, step, deleteAt, would }) =>
        [entry.mail.to, truth.runtimeOf(runtimeId).name, episodeId, step, deleteAt, would].join(' '),
      ({ entry }) => entry,
      truth,
    ).map(({ fact, last, count }) => at(last, `${count} mails of one warning: ${fact}`)),
};

/** What an availability mail says by its subject. */
const isAvailable = ({ mail }: Accepted): boolean => /\b(is|are) available in\b/.test(mail.subject);
const wasAvailable = ({ mail }: Accepted): boolean => /\b(was|were) available in\b/.test(mail.subject);

const mailsTo = (truth: Truth, address: string) => truth.mails.filter(({ mail }) => mail.to === address);

export const alertsOnce: Promised = {
  name: 'A watch is told once of an open window, unless the acceptance may not have been recorded',
  breaches: (_history, truth) =>
    truth.watchers.flatMap(({ address, watch }) =>
      // No history is as long as an `every` watch waits between two mails.
      repeated(
        mailsTo(truth, address).filter(isAvailable),
        () => watch.notify,
        (entry) => entry,
        truth,
      ).map(({ last, count }) =>
        at(last, `${count} mails of what is available to ${address}, whose watch is for ${watch.notify}`),
      ),
    ),
};

export const doesNotFlood: Promised = {
  name: 'Nobody gets more than 10 availability mails in an hour',
  breaches: (_history, truth) =>
    truth.watchers.flatMap(({ address }) => {
      const all = mailsTo(truth, address).filter((entry) => isAvailable(entry) || wasAvailable(entry));
      return all.flatMap((entry) => {
        const within = all.filter((each) => each.at <= entry.at && each.at > entry.at - hour);
        return within.length > 10 ? [at(entry, `${within.length} mails in an hour to ${address}`)] : [];
      });
    }),
};

/** An address that mails came back from, or whose owner wants no more of them. */
const isSilenced = ({ entries, plan }: History, address: string): boolean =>
  entries.some((entry) => entry.kind === 'world' && entry.what.endsWith(`to ${address}`)) ||
  plan.acts.some(({ act }) => act === 'unsubscribe');

const isDeadLetter = ({ deadLetters }: History, recipientId: string): boolean =>
  deadLetters.some((body) => body.includes(recipientId));

/** Long enough for a look, a mail, and a message that comes back from a failure. */
const dueWithin = 40 * minute;

export const alertsArrive: Promised = {
  name: 'Whoever watches an offer that can be rented is told in the end, or the message is a dead letter',
  breaches: (history, truth) =>
    truth.watchers.flatMap(({ address, watch, recipientId }) => {
      const { endsAt, plan } = history;
      if (plan.healthyMinutes === 0 || !plan.jobs.includes('watch-availability')) return [];
      const offer = watch.offer % offerConfigs.length;
      const isOpen = [
        endsAt - dueWithin,
        endsAt,
        ...truth.changesOf(offer).filter((each) => each > endsAt - dueWithin),
      ].every((each) => truth.freeOf(offer, each) > 0);
      if (!isOpen || plan.offers[offer] === undefined) return [];
      if (isSilenced(history, address) || isDeadLetter(history, recipientId)) return [];
      const told = mailsTo(truth, address).some(isAvailable);
      const { model } = offerConfigs[offer] ?? offerConfigs[0];
      return told ? [] : [{ at: endsAt, what: `${address} was never told of the ${model}, which can be rented` }];
    }),
};

/** The mail service refused the owner's mail and then the operator's: that is tried again six hours later. */
const nobodyCouldBeTold = ({ entries }: History): boolean =>
  entries.filter((entry) => entry.kind === 'struck' && entry.fault === 'mail service refuses').length >= 2;

export const idleIsDeleted: Promised = {
  name: 'What is idle, warned of and nobody wants is deleted in the end',
  breaches: (history, truth) => {
    const { plan, runtimeIds, left, endsAt, settings } = history;
    const last = settings.at(-1)?.guardrails;
    if (plan.healthyMinutes === 0 || !plan.jobs.includes('guard-runtimes')) return [];
    const isHeld =
      plan.massIdleAt !== undefined ||
      plan.limits.perHour < 20 ||
      plan.limits.perTick < plan.runtimes.length ||
      truth.keepsPressed;
    const cameBack = history.entries.some(
      (entry) => entry.kind === 'world' && /^a (bounce|complaint)/.test(entry.what),
    );
    if (isHeld || cameBack || nobodyCouldBeTold(history) || last?.mode !== 'enforce' || history.deadLetters.length > 0)
      return [];
    if (history.entries.some((entry) => entry.kind === 'told' && entry.event.event === 'breaker-opened')) return [];
    return plan.runtimes.flatMap((runtime, index) => {
      const id = runtimeIds[index];
      if (id === undefined || !left.has(id) || left.get(id) !== 'Running') return [];
      const { name } = truth.runtimeOf(id);
      const isOurs = runtime.plan === 'on-demand' && runtime.conduct === 'usual';
      const isExempt = last.exemptions.some((exemption) => exemption.name === name);
      const isOld = runtime.ageMinutes >= -20;
      const stops = (runtime.stopped?.until ?? 0) > plan.troubledMinutes;
      const isIdle = truth.isIdleThrough(index, plan.troubledMinutes, truth.minuteOf(endsAt));
      if (!isOurs || isExempt || !isOld || stops || !isIdle) return [];
      return [{ at: endsAt, what: `${name} has been idle for ${plan.healthyMinutes} healthy minutes and still runs` }];
    });
  },
};
