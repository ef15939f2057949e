import * as z from 'zod/mini';
import { acts, type Evidence, type LedgerEntry, type LedgerRuntime } from '#domain/guardrails/ledger.ts';
import type { Money } from '#domain/guardrails/money.ts';
import type { Use } from '#domain/guardrails/reading.ts';

/** A schema for each field, the optional ones too: one that is missing here would be lost without a word. */
export type FieldsOf<T> = { readonly [Field in keyof Required<T>]: z.ZodMiniType };

const instant = z.number();
const optional = z.exactOptional;

const use = z.object({
  gpuPercent: z.number(),
  cpu: optional(z.object({ value: z.number(), unit: z.enum(['cores', 'percent']) })),
  memory: optional(z.object({ value: z.number(), unit: z.enum(['percent', 'gib']) })),
} satisfies FieldsOf<Use>);

const who = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('rule'), policy: z.string() }),
  z.object({ kind: z.literal('person'), recipientId: optional(z.string()) }),
  z.object({ kind: z.literal('others') }),
]);

const ledgerRuntime = z.object({
  project: z.string(),
  id: z.string(),
  name: z.string(),
  region: optional(z.string()),
  gpuConfigId: optional(z.string()),
  gpuModel: optional(z.string()),
  gpus: optional(z.number()),
  madeFor: optional(z.string()),
} satisfies FieldsOf<LedgerRuntime>);

const money = z.object({
  pricePerGpuHour: z.number(),
  gpus: z.number(),
  ratePerHour: z.number(),
  idleMs: z.number(),
  wasted: z.number(),
} satisfies FieldsOf<Money>);

const evidence = z.object({
  idleSince: instant,
  until: instant,
  observedMs: z.number(),
  highest: use,
} satisfies FieldsOf<Evidence>);

export const ledgerEntrySchema: z.ZodMiniType<LedgerEntry> = z.object({
  id: z.string(),
  at: instant,
  act: z.enum(acts),
  who,
  because: z.string(),
  runtime: optional(ledgerRuntime),
  evidence: optional(evidence),
  money: optional(money),
} satisfies FieldsOf<LedgerEntry>);
