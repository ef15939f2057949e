import * as z from 'zod/mini';
import { creationSchema, specSchema } from '#adapters/store/creating-items.ts';
import { type FieldsOf, ledgerEntrySchema } from '#adapters/store/guard-ledger-items.ts';
import type { Breaker } from '#domain/guardrails/breaker.ts';
import type { Catalogue, GuardFleet } from '#domain/guardrails/guard-board.ts';
import type { Slot } from '#domain/guardrails/limits.ts';
import type { Particulars, SpecPart } from '#domain/guardrails/particulars.ts';
import type { ConfigFacts } from '#domain/guardrails/policy.ts';
import type {
  Deletion,
  Episode,
  Intent,
  Keep,
  MadeFor,
  OwedGone,
  OwnExemption,
  ReturnedWarning,
  RuntimeCase,
  Warning,
} from '#domain/guardrails/runtime-case.ts';
import type { SavedRuntime } from '#domain/guardrails/saved-runtime.ts';
import type { OperatorDesk, Trouble } from '#domain/guardrails/trouble.ts';
import type { WarningRecord } from '#domain/guardrails/warning-record.ts';

const instant = z.number();
const optional = z.exactOptional;
const texts = z.array(z.string());

const outbox = z.array(ledgerEntrySchema);

const specPart: z.ZodMiniType<SpecPart> = z.enum(['config', 'GPU count', 'plan', 'template', 'SSH keys', 'storage']);

const particulars = z.object({
  readAt: instant,
  plan: z.enum(['on-demand', 'reserved', 'unreadable']),
  planId: optional(z.string()),
  region: z.string(),
  gpuConfigId: optional(z.string()),
  gpuCount: optional(z.number()),
  unsaved: z.array(specPart),
  volume: z.enum(['network', 'other', 'unknown']),
} satisfies FieldsOf<Particulars>);

const warning = z.object({
  step: z.enum(['first', 'last']),
  owedAt: instant,
  notBefore: instant,
  deleteAt: instant,
  ahead: z.number(),
  to: texts,
  level: z.number(),
  mail: z.enum(['owed', 'sent', 'none']),
  mailId: optional(z.string()),
  counted: optional(instant),
} satisfies FieldsOf<Warning>);

const episode = z.object({
  id: z.string(),
  since: instant,
  first: optional(warning),
  last: optional(warning),
  voided: optional(z.object({ at: instant, because: z.string() })),
  keepAtMost: optional(z.number()),
  would: optional(instant),
  unreachable: optional(z.object({ since: instant, retryAt: instant })),
  returned: optional(
    z.array(z.object({ mailId: z.string(), recipientId: z.string(), at: instant } satisfies FieldsOf<ReturnedWarning>)),
  ),
} satisfies FieldsOf<Episode>);

const intent = {
  entry: ledgerEntrySchema,
  to: texts,
  savedId: optional(z.string()),
} satisfies FieldsOf<Intent>;

const deletion = z.discriminatedUnion('state', [
  z.object({ state: z.literal('condemned'), at: instant }),
  z.object({
    state: z.literal('deleting'),
    since: instant,
    intentAt: instant,
    askedAt: optional(instant),
    asks: z.number(),
    because: optional(z.string()),
    refused: optional(z.literal(true)),
    ...intent,
  } satisfies FieldsOf<Extract<Deletion, { state: 'deleting' }>>),
  z.object({ state: z.literal('gone'), at: instant }),
]);

const owedGone = z.object({
  to: texts,
  level: z.number(),
  owedAt: instant,
  retryAt: optional(instant),
  entry: ledgerEntrySchema,
  savedId: optional(z.string()),
} satisfies FieldsOf<OwedGone>);

const exemption = z.object({
  until: z.union([instant, z.literal('forever')]),
  because: z.string(),
  at: instant,
} satisfies FieldsOf<OwnExemption>);

export const runtimeCaseSchema: z.ZodMiniType<RuntimeCase> = z.object({
  project: z.string(),
  id: z.string(),
  name: z.string(),
  ground: z.string(),
  madeFor: optional(z.object({ address: z.string(), recipientId: z.string() } satisfies FieldsOf<MadeFor>)),
  particulars: optional(particulars),
  episode: optional(episode),
  keep: optional(z.object({ until: instant, at: instant, by: z.string() } satisfies FieldsOf<Keep>)),
  exemption: optional(exemption),
  deletion: optional(deletion),
  named: optional(instant),
  firstWarnedAt: optional(instant),
  stuckSince: optional(instant),
  reappearedAt: optional(instant),
  vanishedAt: optional(instant),
  reported: optional(z.string()),
  owedGone: optional(owedGone),
  asked: optional(z.object(intent)),
  outbox,
} satisfies FieldsOf<RuntimeCase>);

const spanStarts = { from: instant, to: instant };

export const breakerSchema: z.ZodMiniType<Breaker> = z.object({
  open: optional(
    z.object({ ...spanStarts, id: z.string(), at: instant, runtimes: z.number(), fleet: z.number() } satisfies FieldsOf<
      Breaker['open'] & {}
    >),
  ),
  covered: z.array(z.object(spanStarts)),
  outbox,
} satisfies FieldsOf<Breaker>);

const trouble = z.object({
  key: z.string(),
  kind: z.enum([
    'stuck',
    'unreachable',
    'breaker',
    'reappeared',
    'unknown',
    'not-running',
    'suppressed',
    'mail-returned',
  ]),
  since: instant,
  about: z.string(),
  because: z.string(),
  usdPerHour: optional(z.number()),
  told: z.array(instant),
  overAt: optional(instant),
} satisfies FieldsOf<Trouble>);

export const deskSchema: z.ZodMiniType<OperatorDesk> = z.object({
  troubles: z.record(z.string(), trouble),
  digestUpTo: optional(instant),
  digestOwed: optional(instant),
  retryAt: optional(instant),
} satisfies FieldsOf<OperatorDesk>);

const configFacts = z.object({
  gpuModel: optional(z.string()),
  pricePerGpuHour: optional(z.number()),
} satisfies FieldsOf<ConfigFacts>);

export const catalogueSchema: z.ZodMiniType<Catalogue> = z.object({
  askedAt: instant,
  configs: z.record(z.string(), configFacts),
} satisfies FieldsOf<Catalogue>);

/** The fleet's item but for its clocks, which are packed; without them while there was only a lease. */
export const guardFleetSchema = z.object({
  slots: z._default(z.array(z.object({ at: instant, policy: z.string() } satisfies FieldsOf<Slot>)), []),
  slowedTo: optional(z.number()),
  judgedAt: optional(instant),
  succeededAt: optional(instant),
  clocks: optional(z.object({ format: z.number(), bytes: z.instanceof(Uint8Array) })),
} satisfies FieldsOf<GuardFleet>);

export const savedRuntimeSchema: z.ZodMiniType<SavedRuntime> = z.object({
  id: z.string(),
  runtime: z.object({ project: z.string(), id: z.string() }),
  savedAt: instant,
  expiresAt: instant,
  spec: specSchema,
  unsaved: z.array(specPart),
  usdPerHour: optional(z.number()),
  recreation: creationSchema,
} satisfies FieldsOf<SavedRuntime>);

export const warningRecordSchema: z.ZodMiniType<WarningRecord> = z.object({
  mailId: z.string(),
  recipientId: z.string(),
  writtenAt: instant,
  rows: z.array(
    z.object({
      project: z.string(),
      id: z.string(),
      name: z.string(),
      episodeId: z.string(),
      deleteAt: instant,
    } satisfies FieldsOf<WarningRecord['rows'][number]>),
  ),
} satisfies FieldsOf<WarningRecord>);
