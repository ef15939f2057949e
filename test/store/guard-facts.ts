import fc from 'fast-check';
import type { Creation } from '#domain/creating/creation.ts';
import type { Breaker } from '#domain/guardrails/breaker.ts';
import type { Clock, Span } from '#domain/guardrails/clock.ts';
import type { Catalogue } from '#domain/guardrails/guard-board.ts';
import { acts, type Evidence, type LedgerEntry, type LedgerRuntime, type Who } from '#domain/guardrails/ledger.ts';
import type { Money } from '#domain/guardrails/money.ts';
import type { Particulars } from '#domain/guardrails/particulars.ts';
import type { Use } from '#domain/guardrails/reading.ts';
import type {
  Deletion,
  Episode,
  Intent,
  Keep,
  OwedGone,
  OwnExemption,
  RuntimeCase,
  Warning,
} from '#domain/guardrails/runtime-case.ts';
import type { SavedRuntime } from '#domain/guardrails/saved-runtime.ts';
import type { OperatorDesk, Trouble } from '#domain/guardrails/trouble.ts';
import type { WarningRecord } from '#domain/guardrails/warning-record.ts';
import type { RuntimeSpec } from '#domain/runtime.ts';
import { now } from './facts.ts';

export const entry = (change: Partial<LedgerEntry> = {}): LedgerEntry => ({
  id: 'research/rt-1/1/warned-first',
  at: now,
  act: 'warned-first',
  who: { kind: 'rule', policy: 'default' },
  because: 'idle for 60 min',
  ...change,
});

export const runtimeCase = (change: Partial<RuntimeCase> = {}): RuntimeCase => ({
  project: 'research',
  id: 'rt-1',
  name: 'ada-notebook',
  ground: 'g',
  outbox: [],
  ...change,
});

// The types below name every field, the optional ones too: a new field that is not drawn here does not compile.
type Drawn<T> = { readonly [Field in keyof Required<T>]: fc.Arbitrary<T[Field] & {}> };

/** `required`: the fields that are always there. As plain objects, as our own code makes them. */
const record = <T>(drawn: Drawn<T>, required: readonly (keyof T)[]): fc.Arbitrary<T> =>
  // biome-ignore lint/suspicious/noExplicitAny: fast-check's own type of the result has the optional fields as undefined
  fc.record(drawn as any, { requiredKeys: required as any }).map((value) => structuredClone(value) as T);

/** Between 2001 and 2060. */
const instant = fc.integer({ min: 1e12, max: Date.UTC(2060, 0) });
const count = fc.integer({ min: 0, max: 100_000 });
const amount = fc.double({ min: 0, max: 1e6, noNaN: true }).map((value) => value + 0.0001);
const words = fc.string({ unit: 'grapheme', maxLength: 30 });
/** Never the name of something that every object has: `constructor` as a key is nothing that the SDK writes. */
const id = fc.stringMatching(/^i-[A-Za-z0-9-]{1,20}$/);

const use = record<Use>(
  {
    gpuPercent: amount,
    cpu: fc.record({ value: amount, unit: fc.constantFrom('cores', 'percent') }),
    memory: fc.record({ value: amount, unit: fc.constantFrom('percent', 'gib') }),
  },
  ['gpuPercent'],
);

const span = record<Span>(
  {
    since: instant,
    observed: fc.integer({ min: 0, max: 1e12 }),
    idleAt: instant,
    gap: count,
    afterBusy: fc.boolean(),
    unitStated: fc.boolean(),
    highest: use,
  },
  ['since', 'observed', 'idleAt', 'gap', 'afterBusy', 'unitStated', 'highest'],
);

/** The provider's times may have fractions of a millisecond; 2 ** 40 lies in 2004. */
const sampledAt = fc.double({ min: 2 ** 40, max: Date.UTC(2060, 0), noNaN: true });

export const anyClock = record<Clock>(
  {
    seenAt: instant,
    sampledAt,
    busyAt: instant,
    span,
    unknown: fc.record({ since: instant, because: words }),
    notRunning: fc.record({ since: instant, status: words }),
    missed: fc.constant(true),
  },
  ['seenAt'],
);

export const anyClocks = fc
  .array(fc.tuple(fc.tuple(id, id), anyClock), { maxLength: 20 })
  .map((drawn) => new Map(drawn.map(([[project, runtime], clock]) => [`${project}/${runtime}`, clock] as const)));

const who: fc.Arbitrary<Who> = fc.oneof(
  fc.record({ kind: fc.constant('rule' as const), policy: words }),
  record<Extract<Who, { kind: 'person' }>>({ kind: fc.constant('person'), recipientId: id }, ['kind']),
  fc.constant({ kind: 'others' as const }),
);

const money = record<Money>(
  { pricePerGpuHour: amount, gpus: count, ratePerHour: amount, idleMs: count, wasted: amount },
  ['pricePerGpuHour', 'gpus', 'ratePerHour', 'idleMs', 'wasted'],
);

const evidence = record<Evidence>({ idleSince: instant, until: instant, observedMs: count, highest: use }, [
  'idleSince',
  'until',
  'observedMs',
  'highest',
]);

const ledgerRuntime = record<LedgerRuntime>(
  { project: id, id, name: words, region: id, gpuConfigId: id, gpuModel: words, gpus: count, madeFor: id },
  ['project', 'id', 'name'],
);

export const anyEntry = record<LedgerEntry>(
  {
    id,
    at: instant,
    act: fc.constantFrom(...acts),
    who,
    because: words,
    runtime: ledgerRuntime,
    evidence,
    money,
  },
  ['id', 'at', 'act', 'who', 'because'],
);

const part = fc.constantFrom('config', 'GPU count', 'plan', 'template', 'SSH keys', 'storage');

const particulars = record<Particulars>(
  {
    readAt: instant,
    plan: fc.constantFrom('on-demand', 'reserved', 'unreadable'),
    planId: id,
    region: id,
    gpuConfigId: id,
    gpuCount: count,
    unsaved: fc.array(part as fc.Arbitrary<Particulars['unsaved'][number]>),
    volume: fc.constantFrom('network', 'other', 'unknown'),
  },
  ['readAt', 'plan', 'region', 'unsaved', 'volume'],
);

const warning = record<Warning>(
  {
    step: fc.constantFrom('first', 'last'),
    owedAt: instant,
    notBefore: instant,
    deleteAt: instant,
    ahead: count,
    to: fc.array(fc.emailAddress(), { maxLength: 3 }),
    level: count,
    mail: fc.constantFrom('owed', 'sent', 'none'),
    mailId: id,
    counted: instant,
  },
  ['step', 'owedAt', 'notBefore', 'deleteAt', 'ahead', 'to', 'level', 'mail'],
);

const episode = record<Episode>(
  {
    id,
    since: instant,
    first: warning,
    last: warning,
    voided: fc.record({ at: instant, because: words }),
    keepAtMost: count,
    would: instant,
    unreachable: fc.record({ since: instant, retryAt: instant }),
    returned: fc.array(fc.record({ mailId: id, recipientId: id, at: instant }), { maxLength: 3 }),
  },
  ['id', 'since'],
);

const deletion: fc.Arbitrary<Deletion> = fc.oneof(
  fc.record({ state: fc.constant('condemned' as const), at: instant }),
  record<Extract<Deletion, { state: 'deleting' }>>(
    {
      state: fc.constant('deleting'),
      since: instant,
      intentAt: instant,
      askedAt: instant,
      asks: count,
      because: words,
      refused: fc.constant(true as const),
      entry: anyEntry,
      to: fc.array(fc.emailAddress(), { maxLength: 3 }),
      savedId: id,
    },
    ['state', 'since', 'intentAt', 'asks', 'entry', 'to'],
  ),
  fc.record({ state: fc.constant('gone' as const), at: instant }),
);

const owedGone = record<OwedGone>(
  {
    to: fc.array(fc.emailAddress(), { maxLength: 3 }),
    level: count,
    owedAt: instant,
    retryAt: instant,
    entry: anyEntry,
    savedId: id,
  },
  ['to', 'level', 'owedAt', 'entry'],
);

const outbox = fc.array(anyEntry, { maxLength: 3 });

export const anyCase = record<RuntimeCase>(
  {
    project: id,
    id,
    name: words,
    ground: id,
    madeFor: fc.record({ address: fc.emailAddress(), recipientId: id }),
    particulars,
    episode,
    keep: record<Keep>({ until: instant, at: instant, by: id }, ['until', 'at', 'by']),
    exemption: record<OwnExemption>(
      { until: fc.oneof(instant, fc.constant('forever' as const)), because: words, at: instant },
      ['until', 'because', 'at'],
    ),
    deletion,
    named: instant,
    firstWarnedAt: instant,
    stuckSince: instant,
    reappearedAt: instant,
    vanishedAt: instant,
    reported: words,
    owedGone,
    asked: record<Intent>({ entry: anyEntry, to: fc.array(fc.emailAddress(), { maxLength: 3 }), savedId: id }, [
      'entry',
      'to',
    ]),
    outbox,
  },
  ['project', 'id', 'name', 'ground', 'outbox'],
);

const opened = record<Breaker['open'] & {}>(
  { from: instant, to: instant, id, at: instant, runtimes: count, fleet: count },
  ['from', 'to', 'id', 'at', 'runtimes', 'fleet'],
);

export const anyBreaker = record<Breaker>(
  { open: opened, covered: fc.array(fc.record({ from: instant, to: instant }), { maxLength: 20 }), outbox },
  ['covered', 'outbox'],
);

const trouble = record<Trouble>(
  {
    key: id,
    kind: fc.constantFrom(
      'stuck',
      'unreachable',
      'breaker',
      'reappeared',
      'unknown',
      'not-running',
      'suppressed',
      'mail-returned',
    ),
    since: instant,
    about: words,
    because: words,
    usdPerHour: amount,
    told: fc.array(instant, { maxLength: 3 }),
    overAt: instant,
  },
  ['key', 'kind', 'since', 'about', 'because', 'told'],
);

export const anyDesk = record<OperatorDesk>(
  { troubles: fc.dictionary(id, trouble, { maxKeys: 4 }), digestUpTo: instant, digestOwed: instant, retryAt: instant },
  ['troubles'],
);

export const anyCatalogue = record<Catalogue>(
  {
    askedAt: instant,
    configs: fc.dictionary(id, record<Catalogue['configs'][string]>({ gpuModel: words, pricePerGpuHour: amount }, [])),
  },
  ['askedAt', 'configs'],
);

/** Whatever a provider may write in its own shape, in JSON. */
const foreign = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as unknown);

const spec = record<RuntimeSpec>(
  {
    name: words,
    region: id,
    templateId: id,
    templateSpec: foreign as fc.Arbitrary<object>,
    gpuConfigId: id,
    gpuCount: count,
    planId: id,
    sshKeys: fc.array(words, { maxLength: 3 }),
    storage: foreign as fc.Arbitrary<object>,
  },
  ['name', 'region', 'gpuConfigId', 'gpuCount', 'planId'],
);

export const anyCreation: fc.Arbitrary<Creation> = fc.oneof(
  record<Extract<Creation, { state: 'available' }>>({ state: fc.constant('available'), refusedBecause: words }, [
    'state',
  ]),
  fc.record({ state: fc.constant('creating' as const), name: words, at: instant }),
  fc.record({ state: fc.constant('created' as const), name: words, runtimeId: id, at: instant }),
);

export const anySaved = record<SavedRuntime>(
  {
    id,
    runtime: fc.record({ project: id, id }),
    savedAt: instant,
    expiresAt: instant,
    spec,
    unsaved: fc.array(part as fc.Arbitrary<SavedRuntime['unsaved'][number]>),
    usdPerHour: amount,
    recreation: anyCreation,
  },
  ['id', 'runtime', 'savedAt', 'expiresAt', 'spec', 'unsaved', 'recreation'],
);

export const anyWarningRecord = record<WarningRecord>(
  {
    mailId: id,
    recipientId: id,
    writtenAt: instant,
    rows: fc.array(fc.record({ project: id, id, name: words, episodeId: id, deleteAt: instant }), { maxLength: 4 }),
  },
  ['mailId', 'recipientId', 'writtenAt', 'rows'],
);
