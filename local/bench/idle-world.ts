import { digest } from '#adapters/identity.ts';
import type { Mode } from '#domain/guardrails/policy.ts';
import { type Instant, minute, second } from '#domain/time.ts';
import { count, createTally, type IdleCounts } from '#local/backtest/idle-tally.ts';
import { kindOfMail } from '#local/backtest/mail-kinds.ts';
import type { TakenMail } from '#local/backtest/memory-world.ts';
import { usualStart } from '#local/backtest/past.ts';
import type { PastHappening, SentMail } from '#local/backtest/replay-utilisation.ts';
import type { FirstDeletion } from '#local/backtest/score-deletions.ts';
import type { EmulatorControl, UtilisationTrace } from '#local/emulator/emulator.ts';
import { startHttpFront } from '#local/http-front.ts';
import { BenchFailedError, startBenchWorldOn } from './bench-world.ts';

/** The instant of the trace's first row. */
export const startsAt = usualStart;

export type IdleWorldOptions = {
  readonly mode: Exclude<Mode, 'off'>;
  /** From one tick to the next. */
  readonly everySeconds: number;
  readonly ticks: number;
  /** The provider fails one metrics call in so many, with all its tries. Missing: none but in the gaps of the trace. */
  readonly failing?: number;
  /** The operator re-arms the breaker so many minutes after the mail that it has opened. Missing: nobody does. */
  readonly rearmAfterMinutes?: number;
};

/** Whether all tries of a runtime's call fail in a tick: the same runtime and tick always say the same. */
const fails = (name: string, tick: number, oneIn: number): boolean =>
  Buffer.from(digest(`${name}/${tick}`), 'base64url').readUInt32BE() % oneIn === 0;

/** Adds the runtimes of a trace, each with ticks of its own in which its metrics fail; answers their names in the trace by id. */
const addRuntimes = (
  control: EmulatorControl,
  trace: UtilisationTrace,
  { everySeconds, ticks, failing }: IdleWorldOptions,
): ReadonlyMap<string, string> => {
  const startOf = (tick: number) => startsAt + tick * everySeconds * second;
  const names = trace.runtimes.map(({ name, rows }, index): [string, string] => {
    const failed = Array.from({ length: failing === undefined ? 0 : ticks }, (_, tick) => tick).filter((tick) =>
      fails(name, tick, failing ?? 1),
    );
    const gaps = failed.map((tick) => ({ from: startOf(tick), to: startOf(tick + 1) }));
    // A name that every pattern takes, so that each runtime has an owner of its own.
    const alias = `r${index}`;
    const ids = control.replayUtilisation({ ...trace, runtimes: [{ name: alias, rows }] }, { shape: { gaps } });
    return [ids[alias] ?? '', name];
  });
  return new Map(names);
};

/** Somebody who reads the mail that the breaker has opened, and presses the button behind its link some time later. */
const createOperator = (linksUrl: string, afterMinutes: number | undefined) => {
  const due: { readonly at: Instant; readonly link: string }[] = [];
  return {
    read: ({ text, at }: TakenMail): void => {
      const [path] = /\/rearm\?token=[\w.-]+/.exec(text) ?? [];
      if (path === undefined || afterMinutes === undefined) return;
      due.push({ at: at + afterMinutes * minute, link: `${linksUrl}${path}` });
    },
    act: async (now: Instant): Promise<void> => {
      for (const { link } of due.filter(({ at }) => at <= now)) {
        const { ok, status } = await fetch(link, { method: 'POST' });
        if (!ok) throw new BenchFailedError(`The page behind the breaker's link answers ${status}.`);
      }
      due.splice(0, due.length, ...due.filter(({ at }) => at > now));
    },
  };
};

/**
 * The real handlers of job 2 over a replayed trace, with the default policy and one owner per runtime. Time moves from tick to
 * tick only: whoever waits within a tick (for a retry) waits for nothing.
 */
export const startIdleWorld = async (trace: UtilisationTrace, options: IdleWorldOptions) => {
  let now = startsAt;
  const tally = createTally(options.mode);
  const mails: Record<string, number> = {};
  const sent: SentMail[] = [];
  const world = await startBenchWorldOn(
    { now: () => now, sleep: async () => {} },
    {
      guardrails: {
        mode: options.mode,
        sampleOffsetSeconds: 0,
        owners: [{ name: '{owner}', to: '{owner}@example.com' }],
      },
      onEvent: (event) => tally.note(event, now),
    },
  );
  const front = await startHttpFront({
    handler: (event, context) => world.system.links(event, context),
    functionName: 'links',
    clock: { now: () => now },
    onFailure: (failure) => {
      throw failure;
    },
  });
  const operator = createOperator(front.url, options.rearmAfterMinutes);
  const names = addRuntimes(world.control, trace, options);
  const nameOf = (id: string): string => {
    const name = names.get(id);
    if (name === undefined) throw new BenchFailedError(`${id} is no runtime of the trace.`);
    return name;
  };
  return {
    system: world.system,
    settings: world.settings,
    token: world.token,
    nameOf,
    now: () => now,
    readings: tally.latest,
    /** Goes on to a tick, and runs guard-runtimes. */
    guard: async (tick: number): Promise<void> => {
      now = startsAt + tick * options.everySeconds * second;
      await operator.act(now);
      await world.guard();
    },
    /** Sends what is owed, in the same tick. */
    deliver: async (): Promise<void> => {
      await world.deliver();
      for (const mail of world.takeMails()) {
        const about = kindOfMail(mail.subject);
        count(mails, about);
        sent.push({ at: mail.at, about });
        operator.read(mail);
      }
    },
    /** The first deletion, or "would", of each runtime so far. */
    firstDeletions: (): readonly FirstDeletion[] => [...tally.firstAt].map(([id, at]) => ({ name: nameOf(id), at })),
    /** What happened to each runtime so far, and the mails. */
    happenings: (): readonly PastHappening[] =>
      tally.happenings().map(({ runtimeId, ...rest }) => ({ ...rest, name: nameOf(runtimeId) })),
    sent: (): readonly SentMail[] => sent,
    counts: (): IdleCounts => ({ ...tally.counts(), mails }),
    close: async () => {
      await front.close();
      await world.close();
    },
  };
};

export type IdleWorld = Awaited<ReturnType<typeof startIdleWorld>>;
