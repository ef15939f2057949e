import {
  choicesOf,
  itemOf,
  namedFreelyIn,
  type SchemaNode,
  type Setting,
  settingsIn,
  settingsJsonSchema,
} from './setting.ts';
import { defaultInWords, isLong, typeInWords } from './words.ts';

const literal = (value: unknown): string =>
  typeof value === 'string' ? `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'` : JSON.stringify(value);

const simpleTypes: Readonly<Record<string, string>> = {
  string: 'string',
  integer: 'number',
  number: 'number',
  boolean: 'boolean',
  null: 'null',
};

const typeOf = (node: SchemaNode, indent: string): string => {
  const choices = choicesOf(node);
  if (choices.length > 0) return [...new Set(choices.map((choice) => typeOf(choice, indent)))].join(' | ');
  if (node.const !== undefined) return literal(node.const);
  if (node.enum !== undefined) return node.enum.map(literal).join(' | ');
  const item = itemOf(node);
  if (item !== undefined) {
    const type = typeOf(item, indent);
    return choicesOf(item).length > 0 || item.enum !== undefined ? `(${type})[]` : `${type}[]`;
  }
  const value = namedFreelyIn(node);
  if (value !== undefined) return `Record<string, ${typeOf(value, indent)}>`;
  if (node.properties !== undefined) return objectType(node, indent);
  return [node.type]
    .flat()
    .map((type) => simpleTypes[type ?? ''] ?? 'unknown')
    .join(' | ');
};

const comment = (setting: Setting): string => {
  const given = defaultInWords(setting);
  const shownDefault = isLong(given) ? 'in docs/settings.md' : given;
  const facts = [typeInWords(setting.node), given === '' || given === 'required' ? given : `default ${shownDefault}`];
  return `${setting.node.description ?? ''} (${facts.filter((fact) => fact !== '').join('; ')})`.replaceAll(
    '*/',
    '*\\/',
  );
};

const property = (setting: Setting, indent: string): string[] => {
  const type = typeOf(setting.node, indent);
  const name = /^[A-Za-z_$][\w$]*$/.test(setting.name) ? setting.name : literal(setting.name);
  const declaration = setting.required ? `${name}: ${type};` : `${name}?: ${type} | undefined;`;
  return [`${indent}/** ${comment(setting)} */`, `${indent}${declaration}`];
};

const objectType = (node: SchemaNode, indent: string): string => {
  const properties = settingsIn(node, '');
  if (properties.length === 0) return 'Record<string, never>';
  const inner = `${indent}  `;
  return ['{', ...properties.flatMap((setting) => property(setting, inner)), `${indent}}`].join('\n');
};

/**
 * The type of the settings as a user writes them, with each meaning as a comment: an editor shows comments of a type, but
 * not the descriptions of a schema.
 */
export const settingsInputType = (): string =>
  [
    '// Made from settings.ts by `npm run settings:write`; do not edit.',
    '',
    '/** Settings as the user writes them, defaults left out. */',
    '// biome-ignore format: one setting, one line',
    `export type SettingsInput = ${typeOf(settingsJsonSchema(), '')};`,
    '',
  ].join('\n');
