import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const functionsFolder = join(import.meta.dirname, '../../functions');

/** One of our files below `functions`, by its path there. */
export const source = (file: string): string => readFileSync(join(functionsFolder, file), 'utf8');

const importOf =
  /(?:\bfrom |\bimport\()'(?:#(?<far>(?:domain|workflows|adapters|handlers)\/[^']+\.ts)|(?<near>\.\.?\/[^']+\.ts))'/g;
const typesOnly = /^(?:import|export) type [^;]*;$/gm;

const importedBy = (file: string): readonly string[] =>
  [...source(file).replaceAll(typesOnly, '').matchAll(importOf)].flatMap(({ groups }) => {
    if (groups?.near !== undefined) return join(file, '..', groups.near);
    return groups?.far ?? [];
  });

const follow = (file: string, reached: Set<string>): ReadonlySet<string> => {
  if (reached.has(file)) return reached;
  reached.add(file);
  for (const next of importedBy(file)) follow(next, reached);
  return reached;
};

/** All our files that a function may come to run, its own entry first. */
export const filesOf = (handler: string): readonly string[] => [...follow(`handlers/${handler}/index.ts`, new Set())];

const storeFolder = 'adapters/store';
const tableVerbs: Readonly<Record<string, string>> = {
  get: 'GetItem',
  put: 'PutItem',
  update: 'UpdateItem',
  delete: 'DeleteItem',
  query: 'Query',
};

/** What stands under a name: a function of a store's file, or a method of the object that one makes. */
const declared = /^(?:export )?const (?<top>\w+) = |^ {2}(?<method>\w+): /gm;

/** The names that a store's files declare, with the text of each. */
const chunksOf = (text: string): readonly (readonly [string, string])[] => {
  const starts = [...text.matchAll(declared)];
  return starts.map(({ groups, index }, at) => [
    groups?.top ?? groups?.method ?? '',
    text.slice(index, starts[at + 1]?.index ?? text.length),
  ]);
};

const storeChunks: readonly (readonly [string, string])[] = readdirSync(join(functionsFolder, storeFolder))
  .filter((file) => file !== 'table.ts')
  .flatMap((file) => chunksOf(source(join(storeFolder, file))));

/** The calls to the table that stand under a name, or that what it hands the table to makes. */
const verbsUnder = (name: string, seen: ReadonlySet<string> = new Set()): readonly string[] =>
  storeChunks
    .filter(([declaredName]) => declaredName === name && !seen.has(name))
    .flatMap(([, text]) => [
      ...[...text.matchAll(/\btable\.(\w+)\(/g)].flatMap(([, verb = '']) => tableVerbs[verb] ?? []),
      ...[...text.matchAll(/\b(\w+)\(table\b/g)].flatMap(([, next = '']) => verbsUnder(next, new Set([...seen, name]))),
    ]);

const storeMethods = [...new Set(storeChunks.map(([name]) => name))].filter((name) => verbsUnder(name).length > 0);

const tableActions = (text: string): readonly string[] =>
  storeMethods
    .filter((name) => new RegExp(`\\b[sS]tore\\.${name}\\b`).test(text))
    .flatMap((name) => verbsUnder(name).map((verb) => `dynamodb:${verb}`));

/** Calls besides those to the table, by the client that makes them. */
const clients: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  SQS: {
    SendMessage: 'sqs:SendMessage',
    SendMessageBatch: 'sqs:SendMessage',
    GetQueueAttributes: 'sqs:GetQueueAttributes',
  },
  SESv2: { SendEmail: 'ses:SendEmail' },
  SSM: { PutParameter: 'ssm:PutParameter', DeleteParameters: 'ssm:DeleteParameters' },
};

/** As the SDK's commands, where there is a client for them, or as what we sign ourselves. */
const otherActions = (text: string): readonly string[] => {
  const commands = new Set([...text.matchAll(/new (\w+)Command\(/g)].map(([, command = '']) => command));
  return [
    ...[...text.matchAll(/new (\w+)Client\(/g)].flatMap(([, client = '']) =>
      Object.entries(clients[client] ?? {}).flatMap(([command, action]) => (commands.has(command) ? action : [])),
    ),
    ...[...text.matchAll(/'AmazonSSM\.(\w+)'/g)].map(([, operation]) => `ssm:${operation}`),
  ];
};

/** Every action of AWS that a function's own code asks for, read from the source that it may come to run. */
export const actionsAskedFor = (handler: string): readonly string[] => {
  const files = filesOf(handler).filter((file) => !file.startsWith(storeFolder));
  const text = files.map(source).join('\n');
  return [...new Set([...tableActions(text), ...otherActions(text)])].sort();
};

/** Clients and commands of the SDK in all our files: so that none is there that this file has not heard of. */
export const sdkNames = (handler: string): readonly string[] => [
  ...new Set(
    filesOf(handler).flatMap((file) =>
      [...source(file).matchAll(/new (\w+(?:Client|Command))\(/g)].map(([, name = '']) => name),
    ),
  ),
];
