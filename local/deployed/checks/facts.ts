import { GetAccountCommand, type GetAccountCommandOutput, type SESv2Client } from '@aws-sdk/client-sesv2';
import { GetParameterCommand, type GetParameterCommandOutput } from '@aws-sdk/client-ssm';
import { placeholdersIn } from '#adapters/configuration/placeholders.ts';
import type { Settings } from '#adapters/configuration/settings.ts';
import { createProviderClient, type ProviderClient } from '#adapters/provider/client.ts';
import { createAvailabilityStore } from '#adapters/store/availability-store.ts';
import { createGuardStore } from '#adapters/store/guard-store.ts';
import { createTable, type Table } from '#adapters/store/table.ts';
import type { Board } from '#domain/board.ts';
import type { GuardBoard } from '#domain/guardrails/guard-board.ts';
import type { Listing } from '#domain/listing.ts';
import type { Runtime } from '#domain/runtime.ts';
import { second } from '#domain/time.ts';
import { isCommonFault } from './aws-faults.ts';
import { type ReadCredential, readCredential } from './credential-value.ts';
import { NotLookedAt } from './finding.ts';
import { type OutputKey, readStack, type Stack } from './stack-facts.ts';
import { once, within } from './time.ts';
import type { DeployedWorld } from './world.ts';

/** A SecureString as Parameter Store has it. */
export type Parameter = NonNullable<GetParameterCommandOutput['Parameter']>;

/**
 * What several checks need, each asked for once. `stack`, `settings`, `credential` and the boards fail as the call did: the
 * check that is about one of them says why. What is built on them throws `NotLookedAt`.
 */
export type Facts = DeployedWorld & {
  readonly settings: () => Promise<Settings>;
  readonly stack: () => Promise<Stack>;
  readonly credential: () => Promise<ReadCredential>;
  readonly mailAccount: () => Promise<GetAccountCommandOutput>;
  readonly availabilityBoard: () => Promise<Board>;
  readonly guardBoard: () => Promise<GuardBoard>;
  readonly neededSettings: () => Promise<Settings>;
  readonly neededStack: () => Promise<Stack>;
  /** SES, unless AWS answers nothing at all. */
  readonly ses: () => Promise<SESv2Client>;
  readonly neededMailAccount: () => Promise<GetAccountCommandOutput>;
  readonly neededCredential: () => Promise<Extract<ReadCredential, { usable: true }>>;
  readonly output: (key: OutputKey) => Promise<string>;
  readonly table: () => Promise<Table>;
  readonly provider: () => Promise<ProviderClient>;
  readonly runtimesOf: (project: string) => Promise<Listing<Runtime>>;
  /** The bodies of the provider's metrics answers, by their addresses. */
  readonly rawMetrics: ReadonlyMap<string, string>;
};

/** Earlier than a check is given up, so that those which wait for it can still say so. */
const factLimit = 6 * second;

const needed = async <T>(fact: Promise<T>, because: string): Promise<T> => {
  try {
    return await fact;
  } catch (cause) {
    if (cause instanceof NotLookedAt) throw cause;
    throw new NotLookedAt(because, { cause });
  }
};

/** Reads a SecureString; whoever asks says what of it is secret. */
export const readParameter = async ({ aws }: DeployedWorld, name: string): Promise<Parameter> => {
  const { Parameter = {} } = await aws.ssm.send(new GetParameterCommand({ Name: name, WithDecryption: true }));
  return Parameter;
};

/** A fetch that keeps the metrics answers as they came, and learns what must not be shown of what it sends. */
const recording = ({ fetch, secrets }: DeployedWorld, bodies: Map<string, string>): typeof globalThis.fetch => {
  return async (...request) => {
    const bearer = new Headers(request[1]?.headers).get('authorization') ?? '';
    secrets.learn(bearer.replace(/^Bearer /, ''));
    const answer = await fetch(...request);
    const url = String(request[0]);
    if (url.endsWith('/metrics')) bodies.set(url, await answer.clone().text());
    return answer;
  };
};

const filledIn = async (settings: Promise<Settings>): Promise<Settings> => {
  const read = await needed(settings, 'the settings cannot be used');
  if (placeholdersIn(read).length > 0) throw new NotLookedAt('the settings are not filled in');
  return read;
};

const storedFacts = (world: DeployedWorld, output: Facts['output']) => {
  const table = once(async () => createTable(world.aws.dynamodb, await output('TableName')));
  return {
    table,
    availabilityBoard: once(async () => within(factLimit, createAvailabilityStore(await table()).readBoard())),
    guardBoard: once(async () => within(factLimit, createGuardStore(await table()).readBoard())),
  };
};

const stackFacts = (world: DeployedWorld): Pick<Facts, 'stack' | 'neededStack' | 'output'> => {
  const stack = once(() => within(factLimit, readStack(world)));
  const neededStack = () => needed(stack(), `the stack ${world.stackName} cannot be read`);
  const output = async (key: OutputKey): Promise<string> => {
    const value = (await neededStack()).outputs.get(key);
    if (value === undefined || value === '') throw new NotLookedAt(`the stack has no output ${key}`);
    return value;
  };
  return { stack, neededStack, output };
};

const mailFacts = (
  world: DeployedWorld,
  stack: Facts['stack'],
): Pick<Facts, 'ses' | 'mailAccount' | 'neededMailAccount'> => {
  const ses = once(async () => {
    const failure: unknown = await stack().then(
      () => undefined,
      (cause: unknown) => cause,
    );
    if (isCommonFault(failure)) throw new NotLookedAt('AWS does not answer', { cause: failure });
    return world.aws.ses;
  });
  const mailAccount = once(async () => (await ses()).send(new GetAccountCommand({})));
  const neededMailAccount = () => needed(mailAccount(), 'the account of SES cannot be read');
  return { ses, mailAccount, neededMailAccount };
};

const credentialFacts = (
  world: DeployedWorld,
  output: Facts['output'],
): Pick<Facts, 'credential' | 'neededCredential'> => {
  const credential = once(async () => {
    const name = await output('ProviderCredentialParameter');
    return readCredential(await within(factLimit, readParameter(world, name)), world.secrets);
  });
  const neededCredential = async () => {
    const read = await needed(credential(), "the provider's credential cannot be read");
    if (!read.usable) throw new NotLookedAt("the provider's credential is not set, or not usable");
    return read;
  };
  return { credential, neededCredential };
};

const providerFacts = (
  world: DeployedWorld,
  { neededSettings, neededCredential }: Pick<Facts, 'neededSettings' | 'neededCredential'>,
): Pick<Facts, 'provider' | 'runtimesOf' | 'rawMetrics'> => {
  const rawMetrics = new Map<string, string>();
  const provider = once(async () => {
    const [{ provider: settings }, { credential }] = await Promise.all([neededSettings(), neededCredential()]);
    return createProviderClient({ settings, credential, mostRetries: 1, fetch: recording(world, rawMetrics) });
  });
  const listings = new Map<string, () => Promise<Listing<Runtime>>>();
  const runtimesOf = (project: string) => {
    const list =
      listings.get(project) ?? once(async () => (await provider()).listRuntimes(project, { signal: world.signal }));
    listings.set(project, list);
    return list();
  };
  return { provider, runtimesOf, rawMetrics };
};

/** The facts of one examination. */
export const createFacts = (world: DeployedWorld): Facts => {
  const settings = once(() => world.loadSettings());
  const neededSettings = () => filledIn(settings());
  const stack = stackFacts(world);
  const credential = credentialFacts(world, stack.output);
  return {
    ...world,
    settings,
    neededSettings,
    ...stack,
    ...credential,
    ...storedFacts(world, stack.output),
    ...mailFacts(world, stack.stack),
    ...providerFacts(world, { neededSettings, ...credential }),
  };
};
