import type { WardenEvent } from '#domain/event.ts';
import type { Instant } from '#domain/time.ts';
import type { History } from './history.ts';
import type { Entry } from './journal.ts';
import type { HistoryPlan } from './plan.ts';
import type { BrokenPromise } from './promises.ts';
import { runtimeName, watchAddress } from './stage.ts';

const clockTime = (at: Instant): string => new Date(at).toISOString().slice(11, 23);

/** Told in every run, or shown by another line already. */
const unremarkable: ReadonlySet<WardenEvent['event']> = new Set(['readings', 'polled', 'guarded', 'mail-sent']);

const eventWords = (event: WardenEvent): string => {
  const { event: name, ...facts } = event;
  const words = Object.entries(facts).flatMap(([key, value]) => {
    if (['project', 'runtimeId', 'recipientId', 'mailId', 'messageId', 'watchId'].includes(key)) return [];
    const isInstant = typeof value === 'number' && value > 1e12;
    return [`${key} ${isInstant ? clockTime(value) : typeof value === 'string' ? value : JSON.stringify(value)}`];
  });
  return [`tells ${name}`, ...words].join(', ');
};

/** What an entry adds to the story, or undefined where it adds nothing. */
const wordsOf = (entry: Entry, nameOf: (id: string) => string): string | undefined => {
  switch (entry.kind) {
    case 'ended':
      return entry.outcome === 'done' ? undefined : `${entry.outcome} ${entry.because ?? ''}`;
    case 'provider-call': {
      const isPlain =
        entry.operation !== 'deleteRuntime' && entry.operation !== 'getRuntime' && entry.faults.length === 0;
      if (isPlain) return undefined;
      const about = entry.runtimeId === undefined ? '' : ` ${nameOf(entry.runtimeId)}`;
      const faults = entry.faults.length === 0 ? '' : ` [${entry.faults.join(', ')}]`;
      return `asks for ${entry.operation}${about}: ${entry.status === 0 ? 'no answer' : entry.status}${faults}`;
    }
    case 'mail-accepted':
      return `mails ${entry.mail.to}: ${entry.mail.subject}`;
    case 'queued':
      return `puts ${entry.messages} on the queue`;
    case 'told':
      return unremarkable.has(entry.event.event) ? undefined : eventWords(entry.event);
    case 'struck':
      return `** ${entry.fault} (${entry.call})`;
    case 'crashed':
      return `** dies ${entry.crash.moment} ${entry.call} (its effect ${entry.crash.effect})`;
    case 'deployed':
      return `** deployment ${entry.deployment}: ${entry.change}`;
    case 'acted':
      return entry.method === 'GET' ? undefined : `${entry.act}: ${entry.status}, "${entry.page}"`;
    case 'world':
      return `** ${entry.what}`;
    default:
      return undefined;
  }
};

const list = (title: string, all: readonly unknown[]): string[] =>
  all.length === 0 ? [] : [`  ${title}`, ...all.map((each) => `    ${JSON.stringify(each)}`)];

const planWords = (plan: HistoryPlan): string[] => [
  `  ${plan.mode}, jobs ${plan.jobs.join(' and ')}, a tick every ${plan.everyMinutes} minutes, ${plan.troubledMinutes} troubled and ${plan.healthyMinutes} healthy minutes, fresh lead ${plan.freshLead} minutes, limits ${plan.limits.perTick} a tick and ${plan.limits.perHour} an hour${plan.massIdleAt === undefined ? '' : `, all idle from minute ${plan.massIdleAt}`}${plan.scanned ? ', mails are scanned' : ''}, clocks ${JSON.stringify(plan.clocks)}`,
  ...list(
    'runtimes',
    plan.runtimes.map((runtime, index) => ({ name: runtimeName(runtime, index), ...runtime })),
  ),
  ...list('offers', plan.offers),
  ...list(
    'watches',
    plan.watches.map((watch, index) => ({ to: watchAddress(index), ...watch })),
  ),
  ...list('people', plan.acts),
  ...list('faults', plan.faults),
  ...list('crashes', plan.crashes),
  ...list('deployments', plan.deploys),
  ...list('items of another version', plan.unreadable),
  ...list('schedule', plan.mishaps),
  ...list('queue', plan.deliveries),
];

/** A history as somebody reads it who wants to know what went wrong: its plan, what happened in turn, what was broken. */
export const storyOf = (history: History, broken: readonly BrokenPromise[]): string => {
  const names = new Map(
    history.runtimeIds.flatMap((id, index) => {
      const runtime = history.plan.runtimes[index];
      return id === undefined || runtime === undefined ? [] : [[id, runtimeName(runtime, index)] as const];
    }),
  );
  const told = history.entries.flatMap((entry) => {
    const words = wordsOf(entry, (id) => names.get(id) ?? id);
    if (words === undefined) return [];
    const who = 'invocation' in entry ? `${entry.function} ${entry.invocation}` : '';
    return [{ at: entry.at, line: `  ${clockTime(entry.at)}  ${who.padEnd(22)} ${words}` }];
  });
  const breaches = broken.map(({ at, promise, what }) => ({
    at,
    line: `  ${clockTime(at)}  !! ${what}\n${' '.repeat(16)}broken: ${promise}`,
  }));
  const lines = [...told, ...breaches].sort((a, b) => a.at - b.at).map(({ line }) => line);
  return [...planWords(history.plan), '', ...lines].join('\n');
};
