import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { prod, type Stage, type Template } from './stage.ts';

/** Something that a change of the stack could make of the template. */
export type Break = { readonly what: string; readonly apply: (template: Template) => Template };

const container = z.record(z.string(), z.unknown());

const changed = (value: unknown, [name, ...rest]: readonly string[], to: unknown): unknown => {
  if (name === undefined) return to;
  if (Array.isArray(value)) return value.map((each, at) => (String(at) === name ? changed(each, rest, to) : each));
  const inner = container.parse(value ?? {});
  const { [name]: old, ...others } = inner;
  const fresh = changed(old, rest, to);
  return fresh === undefined ? others : { ...others, [name]: fresh };
};

/**
 * The id of the one resource of a type, or at a construct's path: the path's letters, and eight more of the CDK's own.
 */
const idOf = ({ Resources }: Template, resource: string): string => {
  const ids = Object.entries(Resources).flatMap(([id, { Type }]) =>
    Type === resource || (id.startsWith(resource) && /^[0-9A-F]{8}$/.test(id.slice(resource.length))) ? id : [],
  );
  const [id] = ids;
  if (id === undefined || ids.length > 1) throw new RangeError(`${resource} stands for ${ids.length} resources.`);
  return id;
};

/**
 * Another value, or none, in the place of one property: `having('NoticesQueue', 'RedrivePolicy.maxReceiveCount', 1)`. What is no
 * property begins with a slash: `'/DeletionPolicy'`.
 */
export const having = (resource: string, property: string, value: unknown): Break => ({
  what: `${resource} has ${JSON.stringify(value) ?? 'no value'} as ${property}`,
  apply: (template) => {
    const id = idOf(template, resource);
    const path = property.startsWith('/') ? property.slice(1).split('.') : ['Properties', ...property.split('.')];
    const Resources = { ...template.Resources, [id]: changedResource(template, id, path, value) };
    return { ...template, Resources };
  },
});

const resourceShape = z.looseObject({ Type: z.string(), Properties: z.record(z.string(), z.unknown()) });

const changedResource = (template: Template, id: string, path: readonly string[], value: unknown) =>
  resourceShape.parse(changed(template.Resources[id], path, value));

/** One resource less. */
export const lacking = (resource: string): Break => ({
  what: `${resource} is missing`,
  apply: (template) => {
    const { [idOf(template, resource)]: _, ...Resources } = template.Resources;
    return { ...template, Resources };
  },
});

/** One resource more. */
export const adding = (Type: string, Properties: Record<string, unknown>): Break => ({
  what: `another ${Type} with ${JSON.stringify(Properties)}`,
  apply: (template) => ({ ...template, Resources: { ...template.Resources, Another: { Type, Properties } } }),
});

/** One resource more, of the kind of another. */
export const likeAnother = (resource: string): Break => ({
  what: `another one like ${resource}`,
  apply: (template) => {
    const model = template.Resources[idOf(template, resource)];
    return model === undefined ? template : { ...template, Resources: { ...template.Resources, Another: model } };
  },
});

export type Rule = {
  /** Everything in a template that is against it, in words that say where. */
  readonly faultsIn: (template: Template) => readonly string[];
  /** Templates in which it has to find something, each made of a good one by a single change. */
  readonly brokenBy: readonly Break[];
};

/** A rule holds for the stage, and is one: whatever breaks it is found. */
export const holds = (says: string, { faultsIn, brokenBy }: Rule, stage: () => Stage = prod): void => {
  describe(says, () => {
    test('holds', () => {
      expect(faultsIn(stage().template)).toEqual([]);
    });

    test.each(brokenBy)('not where $what', ({ apply }) => {
      expect(faultsIn(apply(stage().template)).length).toBeGreaterThan(faultsIn(stage().template).length);
    });
  });
};
