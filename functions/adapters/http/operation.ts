import * as z from 'zod/mini';
import type { Caller } from './caller.ts';
import { type Fault, Problem, type ProblemCode } from './problem.ts';

type ObjectSchema = z.ZodMiniObject;
type Read<Schema> = Schema extends z.ZodMiniType ? z.output<Schema> : Record<string, never>;

/** What an operation answers. A body that is missing answers 204. */
export type Answer = {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
};

/** A request as it was checked. */
export type Request<Path, Query, Body> = {
  readonly path: Read<Path>;
  readonly query: Read<Query>;
  readonly body: Read<Body>;
  /** Headers by their names in small letters. */
  readonly header: (name: string) => string | undefined;
};

/** The same, before its types are known. */
type CheckedRequest = { readonly path: unknown; readonly query: unknown; readonly body: unknown } & Pick<
  Request<undefined, undefined, undefined>,
  'header'
>;

/** Who may call: `anyone` without a token, `person` with one, `operator` in the operators' group alone. */
export type Who = 'anyone' | 'person' | 'operator';

type AnswerShape = {
  readonly description: string;
  readonly schema?: z.ZodMiniType;
  readonly headers?: Readonly<Record<string, string>>;
};

/** One operation of the API: the check of what comes in and the OpenAPI document are made of it. */
export type Operation<World> = {
  readonly id: string;
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** With its parameters in braces, as OpenAPI writes them. */
  readonly path: string;
  readonly summary: string;
  readonly tag: string;
  readonly who: Who;
  readonly params?: ObjectSchema;
  readonly query?: ObjectSchema;
  readonly body?: z.ZodMiniType;
  /** Request headers that it reads, in small letters, with what they are for. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly requiredHeaders?: readonly string[];
  readonly answers: Readonly<Record<number, AnswerShape>>;
  readonly problems: readonly ProblemCode[];
  readonly run: (request: CheckedRequest, caller: Caller | undefined, world: World) => Promise<Answer>;
};

/** An operation without what it does. */
export type Described = Omit<Operation<unknown>, 'run'>;

type Definition<
  World,
  W extends Who,
  Path extends ObjectSchema | undefined,
  Query extends ObjectSchema | undefined,
  Body extends z.ZodMiniType | undefined,
> = Omit<Operation<World>, 'who' | 'params' | 'query' | 'body' | 'run'> & {
  readonly who: W;
  readonly params?: Path;
  readonly query?: Query;
  readonly body?: Body;
  readonly run: (
    request: Request<Path, Query, Body>,
    caller: W extends 'anyone' ? undefined : Caller,
    world: World,
  ) => Promise<Answer>;
};

/** Ties what an operation reads to the types that its `run` is given. */
export const operationFor =
  <World>() =>
  <
    W extends Who,
    Path extends ObjectSchema | undefined = undefined,
    Query extends ObjectSchema | undefined = undefined,
    Body extends z.ZodMiniType | undefined = undefined,
  >(
    definition: Definition<World, W, Path, Query, Body>,
  ): Operation<World> =>
    definition as unknown as Operation<World>;

const numeric = /^-?\d{1,15}(\.\d{1,9})?$/;

/** What kind of value a field takes, whether it may be missing or not. */
const kindOf = (field: z.core.$ZodType): string => {
  const { def } = field._zod;
  return 'innerType' in def ? kindOf(def.innerType as z.core.$ZodType) : def.type;
};

const readParameter = (text: string, kind: string | undefined): unknown => {
  if (kind === 'number' && numeric.test(text)) return Number(text);
  if (kind === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  return text;
};

/** Parameters as values: numbers and truth values by their schema. One that comes twice is a list, which no schema takes. */
const parameters = (schema: ObjectSchema, given: ReadonlyMap<string, readonly string[]>): Record<string, unknown> => {
  return Object.fromEntries(
    [...given].map(([name, texts]) => {
      // Own fields alone: somebody may ask for `__proto__`.
      const field = Object.hasOwn(schema.shape, name) ? schema.shape[name] : undefined;
      const values = texts.map((text) => readParameter(text, field && kindOf(field)));
      return [name, values.length === 1 ? values[0] : values];
    }),
  );
};

const pointerOf = (path: readonly PropertyKey[]): string =>
  path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

const faultsOf = (part: Fault['in'], issues: readonly z.core.$ZodIssue[]): Fault[] =>
  issues.flatMap(({ path, message, ...issue }) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => ({
          in: part,
          pointer: pointerOf([...path, key]),
          detail: 'is not known here; leave it out',
        }))
      : [{ in: part, pointer: pointerOf(path), detail: message }],
  );

/** How many characters a header of ours may have: an ETag, or a key. */
export const longestHeader = 128;

const headerFaults = (
  { headers = {}, requiredHeaders = [] }: Pick<Described, 'headers' | 'requiredHeaders'>,
  header: (name: string) => string | undefined,
): Fault[] =>
  Object.keys(headers).flatMap((name) => {
    const given = header(name);
    if (given === undefined && !requiredHeaders.includes(name)) return [];
    if (given !== undefined && given.length >= 1 && given.length <= longestHeader) return [];
    return [{ in: 'header', pointer: `/${name}`, detail: `1 to ${longestHeader} characters` }];
  });

type Raw = {
  readonly header: (name: string) => string | undefined;
  readonly path: ReadonlyMap<string, readonly string[]>;
  readonly query: ReadonlyMap<string, readonly string[]>;
  readonly body: () => unknown;
};

/** Checks a request against its operation. @throws Problem that names every field which is wrong */
export const checked = <World>(
  operation: Operation<World>,
  raw: Raw,
): { path: unknown; query: unknown; body: unknown } => {
  const { params, query, body } = operation;
  const faults: Fault[] = headerFaults(operation, raw.header);
  const read = (part: Fault['in'], schema: z.ZodMiniType | undefined, value: () => unknown): unknown => {
    if (schema === undefined) return {};
    const parsed = schema.safeParse(value());
    if (!parsed.success) faults.push(...faultsOf(part, parsed.error.issues));
    return parsed.data;
  };
  const request = {
    path: read('path', params, () => (params === undefined ? {} : parameters(params, raw.path))),
    query: read('query', query ?? z.strictObject({}), () => parameters(query ?? z.strictObject({}), raw.query)),
    body: read('body', body, raw.body),
  };
  if (faults.length === 0) return request;
  const said = faults.map(({ in: part, pointer, detail }) => `${part}${pointer}: ${detail}`).join('; ');
  throw new Problem('malformed-request', said, { faults });
};
