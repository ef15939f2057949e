import { SESv2ServiceException } from '@aws-sdk/client-sesv2';
import type { Fault } from '#local/emulator/emulator.ts';
import type { SimulatedTime } from './time.ts';

/** A service that a call goes to, beside the provider. */
export type Port = 'table' | 'queue' | 'mail';

/** What a fault does with a call: `act` is the call itself, which it may do, not do, or do twice. */
type Strike = (act: () => Promise<unknown>, sleep: SimulatedTime['sleep']) => Promise<unknown>;

type CallFault = {
  readonly port: Port;
  /** Names of operations that it strikes. Missing: all. */
  readonly operations?: readonly string[];
  readonly strike: Strike;
};

type ProviderFault = { readonly port: 'provider'; readonly arm: Fault };

/** An error as the service itself answers it: whoever asks what is wrong with a mail asks for SES's own class. */
const refusal = (name: string, status: number): Error =>
  new SESv2ServiceException({
    name,
    message: 'Set by a fault of the history.',
    $fault: status < 500 ? 'client' : 'server',
    $metadata: { httpStatusCode: status },
  });

const refuse =
  (name: string, status: number): Strike =>
  async () => {
    throw refusal(name, status);
  };

/** It happens, and whoever asked for it never learns that. */
const loseAnswer: Strike = async (act) => {
  await act();
  throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
};

const loseCall: Strike = async () => {
  throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
};

/** The answer was lost and the SDK asked again by itself: what counts is the second answer. */
const repeat: Strike = async (act) => {
  await act().catch(() => undefined);
  return act();
};

const slow =
  (milliseconds: number, moment: 'before' | 'after'): Strike =>
  async (act, sleep) => {
    if (moment === 'before') await sleep(milliseconds);
    const answer = await act();
    if (moment === 'after') await sleep(milliseconds);
    return answer;
  };

/** Of the messages of a batch the queue takes all but the first. */
const refuseEntry: Strike = async (act) => {
  const answer = await act();
  return { ...(answer as object), Failed: [{ Id: '0', Code: 'InternalError', SenderFault: false }] };
};

const onTable = (strike: Strike, operations?: readonly string[]): CallFault => ({
  port: 'table',
  strike,
  ...(operations === undefined ? {} : { operations }),
});
const onQueue = (strike: Strike): CallFault => ({ port: 'queue', strike, operations: ['SendMessageBatch'] });
const onMail = (strike: Strike): CallFault => ({ port: 'mail', strike });
const atProvider = (arm: Fault): ProviderFault => ({ port: 'provider', arm });

const writes = ['PutItem', 'UpdateItem', 'DeleteItem'];

/**
 * Every fault that a history may have. A new one is one line here: histories begin to have it, and the summary of what was
 * exercised gets a row for it.
 */
export const faults = {
  'table throttles': onTable(refuse('ProvisionedThroughputExceededException', 400)),
  'table fails': onTable(refuse('InternalServerError', 500)),
  'table loses the call': onTable(loseCall),
  'table loses its answer to a write': onTable(loseAnswer, writes),
  'table is asked twice to write': onTable(repeat, writes),
  'table is slow before': onTable(slow(9_000, 'before')),
  'table is slow after': onTable(slow(9_000, 'after')),
  'queue throttles': onQueue(refuse('RequestThrottled', 400)),
  'queue loses its answer': onQueue(loseAnswer),
  'queue refuses a message': onQueue(refuseEntry),
  'queue is slow': onQueue(slow(9_000, 'before')),
  'mail service throttles': onMail(refuse('TooManyRequestsException', 429)),
  'mail service refuses': onMail(refuse('MessageRejected', 400)),
  'mail service fails': onMail(refuse('InternalServiceErrorException', 500)),
  'mail service pauses sending': onMail(refuse('SendingPausedException', 400)),
  'mail service loses its answer': onMail(loseAnswer),
  'mail service loses the call': onMail(loseCall),
  'mail service is slow': onMail(slow(20_000, 'after')),
  'provider answers 429': atProvider({ kind: 'status', status: 429, retryAfter: 2 }),
  'provider answers 500': atProvider({ kind: 'status', status: 500 }),
  'provider answers 401': atProvider({ kind: 'status', status: 401 }),
  'provider loses its answer': atProvider({ kind: 'dropConnection', moment: 'after' }),
  'provider loses the call': atProvider({ kind: 'dropConnection', moment: 'before' }),
  'provider answers 502 to a DELETE that it carries out': atProvider({
    kind: 'status',
    operation: 'deleteRuntime',
    status: 502,
    moment: 'after',
  }),
  'provider loses its answer to a DELETE': atProvider({
    kind: 'dropConnection',
    operation: 'deleteRuntime',
    moment: 'after',
  }),
  'provider fails at the metrics': atProvider({ kind: 'status', operation: 'getRuntimeMetrics', status: 503 }),
  'provider fails at a detail': atProvider({ kind: 'status', operation: 'getRuntime', status: 503 }),
  'provider cuts an answer': atProvider({ kind: 'cutBody' }),
  'provider garbles an answer': atProvider({ kind: 'malformedJson' }),
  'provider takes 4 s': atProvider({ kind: 'delay', milliseconds: 4_000 }),
  'provider takes 15 s': atProvider({ kind: 'delay', milliseconds: 15_000 }),
  'provider lacks a page': atProvider({ kind: 'missingPage', page: 2, as: 'error' }),
  'provider has an empty page': atProvider({ kind: 'missingPage', page: 2, as: 'empty' }),
  'provider shifts its pages, a row twice': atProvider({ kind: 'shiftingPage', how: 'duplicate' }),
  'provider shifts its pages, a row lost': atProvider({ kind: 'shiftingPage', how: 'vanish' }),
  'provider changes its total': atProvider({ kind: 'shiftingPage', how: 'total' }),
  'provider lists nothing': atProvider({ kind: 'emptyList' }),
  'provider answers what was 4 minutes ago': atProvider({ kind: 'staleData', minutes: 4 }),
} as const satisfies Record<string, CallFault | ProviderFault>;

export type FaultName = keyof typeof faults;

export const faultNames = Object.keys(faults) as readonly FaultName[];

/** What a fault of ours does to a call; undefined for one of the provider's. */
export const callFault = (name: FaultName): CallFault | undefined => {
  const fault: CallFault | ProviderFault = faults[name];
  return fault.port === 'provider' ? undefined : fault;
};

/** What is armed at the provider for a fault; undefined for one of our services'. */
export const providerFault = (name: FaultName): Fault | undefined => {
  const fault: CallFault | ProviderFault = faults[name];
  return fault.port === 'provider' ? fault.arm : undefined;
};
