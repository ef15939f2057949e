import { choicesOf, itemOf, type SchemaNode, type Setting } from './setting.ts';

const range = (node: SchemaNode): string => {
  if (node.minimum !== undefined && node.maximum !== undefined) return `, ${node.minimum} to ${node.maximum}`;
  if (node.minimum !== undefined) return `, at least ${node.minimum}`;
  if (node.exclusiveMinimum !== undefined && node.maximum !== undefined) {
    return `, above ${node.exclusiveMinimum}, at most ${node.maximum}`;
  }
  if (node.exclusiveMinimum !== undefined) return `, above ${node.exclusiveMinimum}`;
  if (node.maximum !== undefined) return `, at most ${node.maximum}`;
  return '';
};

const formats: Readonly<Record<string, string>> = {
  email: 'mail address',
  uri: 'http or https address',
  date: 'date',
  'date-time': 'date and time',
};

/** The type of a setting in words: `whole number, 1 to 100`. */
export const typeInWords = (node: SchemaNode): string => {
  const choices = choicesOf(node);
  if (choices.length > 0) return [...new Set(choices.map(typeInWords))].join(' or ');
  if (node.const !== undefined) return JSON.stringify(node.const);
  if (node.enum !== undefined) return node.enum.map((value) => JSON.stringify(value)).join(' or ');
  const item = itemOf(node);
  if (item !== undefined) return `list of ${typeInWords(item)}`;
  if (node.type === 'string') return formats[node.format ?? ''] ?? 'text';
  if (node.type === 'integer') return `whole number${range(node)}`;
  if (node.type === 'number') return `number${range(node)}`;
  if (node.type === 'boolean') return 'true or false';
  return [node.type ?? 'anything'].flat().join(' or ');
};

/** The default in words; empty where a setting has none, or only that of the settings inside it. */
export const defaultInWords = ({ node, required }: Setting): string => {
  if (required) return 'required';
  if (node.default === undefined || JSON.stringify(node.default) === '{}') return '';
  return JSON.stringify(node.default);
};

const longestInline = 120;
/** Whether a default is too long to stand in a table or a comment. */
export const isLong = (words: string): boolean => words.length > longestInline;
