import { allSettings, type Setting, settingsBelow, settingsIn, settingsJsonSchema } from './setting.ts';
import { defaultInWords, isLong, typeInWords } from './words.ts';

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

const defaultCell = (words: string): string => {
  if (words === '' || words === 'required') return words;
  return isLong(words) ? '[below](#long-defaults)' : `\`${words}\``;
};

const row = (setting: Setting): string => {
  const { path, node } = setting;
  const cells = [`\`${path}\``, typeInWords(node), defaultCell(defaultInWords(setting)), node.description ?? ''];
  return `| ${cells.map(cell).join(' | ')} |`;
};

const section = (setting: Setting): string[] => [
  `## ${setting.name}`,
  '',
  setting.node.description ?? '',
  '',
  '| setting | type | default | meaning |',
  '| --- | --- | --- | --- |',
  ...settingsBelow(setting)
    .filter((inner) => inner !== setting || inner.node.properties === undefined)
    .map(row),
  '',
];

const longDefaults = (): string[] => {
  const long = allSettings().filter((setting) => isLong(defaultInWords(setting)));
  if (long.length === 0) return [];
  const texts = long.flatMap(({ path, node }) => {
    const text = typeof node.default === 'string' ? node.default : JSON.stringify(node.default, undefined, 2);
    return [`\`${path}\``, '```text', text, '```', ''];
  });
  return ['## Long defaults', '', ...texts];
};

const head = `# Settings

Everything that \`warden.config.ts\` may say. This page and \`warden.config.schema.json\` are made from the schema in
\`functions/adapters/configuration/\` by \`npm run settings:write\`; \`npm run check\` fails when they are not current.

An empty default means that the setting may be left out and stands for nothing, or for what its meaning says.
\`[]\` stands for each entry of a list. All faults of a file are reported at once, each with its path, what was given and
what is allowed.

Credentials are not settings: they are never written into this file.
`;

/** The page \`docs/settings.md\`. */
export const settingsPage = (): string => {
  const sections = settingsIn(settingsJsonSchema(), '').flatMap(section);
  return `${[head, ...sections, ...longDefaults()].join('\n').trimEnd()}\n`;
};
