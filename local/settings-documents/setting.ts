import * as z from 'zod/mini';
import { settingsSchema } from '#adapters/configuration/settings.ts';

/** A node of the JSON Schema of the settings. */
export type SchemaNode = z.core.JSONSchema.BaseSchema;

/** The JSON Schema (draft 2020-12) of what a user writes, so defaults may be left out. */
export const settingsJsonSchema = (): SchemaNode => ({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'warden.config',
  ...z.toJSONSchema(settingsSchema, { io: 'input', target: 'draft-2020-12' }),
});

const isNode = (node: unknown): node is SchemaNode => typeof node === 'object' && node !== null && !Array.isArray(node);

/** One named setting below an object: `path` as a user writes it, `[]` for each item of a list. */
export type Setting = {
  readonly name: string;
  readonly path: string;
  readonly required: boolean;
  readonly node: SchemaNode;
};

/** The settings directly in an object. */
export const settingsIn = (object: SchemaNode, path: string): Setting[] =>
  Object.entries(object.properties ?? {}).flatMap(([name, node]) => {
    if (!isNode(node)) return [];
    const here = path === '' ? name : `${path}.${name}`;
    return [{ name, path: here, required: object.required?.includes(name) ?? false, node }];
  });

/** What each item of a list is, if the node is a list. */
export const itemOf = (node: SchemaNode): SchemaNode | undefined => (isNode(node.items) ? node.items : undefined);

/** What each value of an object with free names is, if the node is one. */
export const namedFreelyIn = (node: SchemaNode): SchemaNode | undefined =>
  isNode(node.additionalProperties) ? node.additionalProperties : undefined;

/** The alternatives of a node, if it has some. */
export const choicesOf = (node: SchemaNode): SchemaNode[] => (node.anyOf ?? node.oneOf ?? []).filter(isNode);

/** A setting and all below it, in the order of the schema. */
export const settingsBelow = (setting: Setting): Setting[] => {
  const item = itemOf(setting.node);
  const value = namedFreelyIn(setting.node);
  const inner = [
    ...settingsIn(setting.node, setting.path),
    ...choicesOf(setting.node).flatMap((choice) => settingsIn(choice, setting.path)),
    ...(item === undefined ? [] : settingsIn(item, `${setting.path}[]`)),
    ...(value === undefined ? [] : settingsIn(value, `${setting.path}.*`)),
  ];
  return [setting, ...inner.flatMap(settingsBelow)];
};

/** Every setting there is. */
export const allSettings = (): Setting[] => settingsIn(settingsJsonSchema(), '').flatMap(settingsBelow);
