import * as z from 'zod/mini';
import { parsedJson } from '#adapters/provider/json.ts';
import type { FieldsOf } from '#adapters/store/guard-ledger-items.ts';
import type { Creation } from '#domain/creating/creation.ts';
import type { Expense } from '#domain/creating/limits.ts';
import type { RuntimeOrder } from '#domain/creating/order.ts';
import type { CreationRequest, CreationTodo } from '#domain/creating/request.ts';
import type { CreationNews, WatchCreation } from '#domain/creating/watch-creation.ts';
import type { RuntimeSpec } from '#domain/runtime.ts';

const instant = z.number();
const optional = z.exactOptional;

/** What is kept as JSON: parts of it are in the provider's own shape, and not everything in JSON is a DynamoDB value. */
const json = <T>(schema: z.ZodMiniType<T>) => z.pipe(z.pipe(z.string(), z.transform(parsedJson)), schema);

const made = {
  name: z.string(),
  templateId: optional(z.string()),
  templateSpec: optional(z.unknown()),
  sshKeys: optional(z.array(z.string())),
  storage: optional(z.unknown()),
};

const spec: z.ZodMiniType<RuntimeSpec> = z.object({
  ...made,
  region: z.string(),
  gpuConfigId: z.string(),
  gpuCount: z.number(),
  planId: z.string(),
} satisfies FieldsOf<RuntimeSpec>);

export const specSchema = json(spec);

const order: z.ZodMiniType<RuntimeOrder> = z.object({
  ...made,
  project: z.string(),
  planId: optional(z.string()),
  byOperator: optional(z.boolean()),
} satisfies FieldsOf<RuntimeOrder>);

export const orderSchema = json(order);

export const creationSchema: z.ZodMiniType<Creation> = z.discriminatedUnion('state', [
  z.object({ state: z.literal('available'), refusedBecause: optional(z.string()) }),
  z.object({ state: z.literal('creating'), name: z.string(), at: instant }),
  z.object({ state: z.literal('created'), name: z.string(), runtimeId: z.string(), at: instant }),
]);

const opening = { offer: z.string(), openedAt: instant };

export const watchCreationSchema: z.ZodMiniType<WatchCreation> = z.object({
  creation: creationSchema,
  due: optional(z.object({ ...opening, since: instant })),
  pricePerGpuHour: optional(z.number()),
  refusals: z.number(),
  refusedIn: optional(z.array(z.object(opening))),
  toldAt: optional(instant),
} satisfies FieldsOf<WatchCreation>);

export const newsSchema: z.ZodMiniType<CreationNews> = z.discriminatedUnion('state', [
  z.object({
    state: z.literal('created'),
    project: z.string(),
    name: z.string(),
    runtimeId: z.string(),
    usdPerHour: optional(z.number()),
  }),
  z.object({ state: z.literal('refused'), because: z.string(), last: z.boolean() }),
  z.object({ state: z.literal('held'), because: z.string() }),
  z.object({ state: z.literal('unclear'), name: z.string() }),
  z.object({ state: z.literal('missed') }),
]);

export const expensesSchema: z.ZodMiniType<readonly Expense[]> = z.array(
  z.object({
    purpose: optional(z.string()),
    project: z.string(),
    name: z.string(),
    usdPerHour: z.number(),
    since: instant,
  } satisfies FieldsOf<Expense>),
);

export const creationTodoSchema: z.ZodMiniType<CreationTodo> = z.object({
  id: z.string(),
  putAt: instant,
} satisfies FieldsOf<CreationTodo>);

export const creationRequestSchema: z.ZodMiniType<CreationRequest> = z.object({
  id: z.string(),
  fingerprint: z.string(),
  madeAt: instant,
  project: z.string(),
  spec: specSchema,
  pricePerGpuHour: z.number(),
  by: optional(z.object({ recipientId: z.string(), address: z.string() })),
  creation: creationSchema,
} satisfies FieldsOf<CreationRequest>);
