import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Listing } from '#domain/listing.ts';
import type { NotificationRequest } from '#domain/request.ts';
import { afterSteps, closingGrace, type KnownRequest, type RequestStep, stepsForRequests } from '#domain/sources.ts';
import { minute } from '#domain/time.ts';
import { at, complete, h100, incomplete, request } from './given.ts';

const now = at(60);
const place = { region: h100.region, configId: h100.configId };
const known = (state: KnownRequest['state']): KnownRequest => ({ state, ...place });
const add: RequestStep = { step: 'add', id: 'q1', request: known('waiting') };
const close: RequestStep = { step: 'close', id: 'q1', request: known('closing'), expiresAt: now + closingGrace };
const end: RequestStep = { step: 'end', id: 'q1', request: known('ended') };
const addClosing: RequestStep = { ...close, step: 'add' };
const notified = (minutesAgo?: number) =>
  request({ status: 'notified', ...(minutesAgo === undefined ? {} : { notifiedAt: now - minutesAgo * minute }) });
const shown = (...rows: NotificationRequest[]) => complete(now, ...rows);
const partly = (...rows: NotificationRequest[]) => incomplete(now, ...rows);

type Row = [
  rule: string,
  before: KnownRequest['state'] | undefined,
  listing: Listing<NotificationRequest>,
  RequestStep[],
];

const table: Row[] = [
  ['a new one is a new watch', undefined, shown(request()), [add]],
  ['a new one in an incomplete list too', undefined, partly(request()), [add]],
  ['one that still waits', 'waiting', shown(request()), []],
  ['a status never seen before counts as waiting', undefined, shown(request({ status: 'queued-up' })), [add]],
  ['a status never seen before ends nothing', 'waiting', shown(request({ status: 'expired' })), []],
  ['one that turns notified still fires for the current window', 'waiting', shown(notified()), [close]],
  ['… in whatever case it is written', 'waiting', shown(request({ status: 'Notified' })), [close]],
  ['… however long ago the provider says it was', 'waiting', shown(notified(500)), [close]],
  ['… in an incomplete list too', 'waiting', partly(notified()), [close]],
  ['one that vanishes still fires for the current window', 'waiting', shown(), [close]],
  ['from an incomplete list nothing vanishes', 'waiting', partly(), []],
  ['only cancelled ends it', 'waiting', shown(request({ status: 'cancelled' })), [end]],
  ['cancelled, written otherwise', 'waiting', shown(request({ status: 'Canceled' })), [end]],
  ['a word that only begins so does not', 'waiting', shown(request({ status: 'cancelled-by-mistake' })), []],
  ['cancelled ends one that is closing', 'closing', shown(request({ status: 'cancelled' })), [end]],
  ['cancelled before it was ever seen', undefined, shown(request({ status: 'cancelled' })), []],
  ['closing is told once: still notified', 'closing', shown(notified(1)), []],
  ['closing is told once: still missing', 'closing', shown(), []],
  ['one that vanished and appears again waits again', 'closing', shown(request()), [add]],
  ['one that was cancelled stays so', 'ended', shown(request()), []],
  ['one that was cancelled and is missing', 'ended', shown(), []],
  ['one that was cancelled, then notified', 'ended', shown(notified(1)), []],
  ['made and answered between two looks: its window may still be open', undefined, shown(notified(14)), [addClosing]],
  ['answered too long ago', undefined, shown(notified(15)), []],
  ['answered, nobody says when', undefined, shown(notified()), []],
  ['one that Warden registered itself is never read back', 'ours', shown(request()), []],
  ['… nor when it is notified', 'ours', shown(notified(1)), []],
  ['… nor when it is cancelled', 'ours', shown(request({ status: 'cancelled' })), []],
  ['… nor when it vanishes', 'ours', shown(), []],
];

describe("the account's own requests at the provider", () => {
  test.each(table)('%s', (_, before, listing, steps) => {
    expect(stepsForRequests(before === undefined ? {} : { q1: known(before) }, listing, now)).toEqual(steps);
  });

  test('a closing request waits 15 minutes for our own polls to see its window', () => {
    expect(closingGrace).toBe(15 * minute);
  });

  test('each request is judged by itself', () => {
    const before = { q1: known('waiting'), q2: known('waiting'), q3: known('waiting') };
    const listing = shown(notified(), request({ id: 'q3' }), request({ id: 'q4', region: 'as-west-2' }));
    expect(stepsForRequests(before, listing, now).map(({ step, id }) => [step, id])).toEqual([
      ['close', 'q1'],
      ['add', 'q4'],
      ['close', 'q2'],
    ]);
    expect(stepsForRequests(before, listing, now)[1]?.request.region).toBe('as-west-2');
  });
});

describe('what is known of the requests after the steps', () => {
  const take = (before: Record<string, KnownRequest>, listing: Listing<NotificationRequest>) =>
    afterSteps(before, stepsForRequests(before, listing, now), listing);

  test.each<
    [string, KnownRequest['state'] | undefined, Listing<NotificationRequest>, KnownRequest['state'] | undefined]
  >([
    ['added', undefined, shown(request()), 'waiting'],
    ['closed', 'waiting', shown(notified()), 'closing'],
    ['vanished: its watch ends by itself', 'waiting', shown(), undefined],
    ['closing and listed no more: forgotten', 'closing', shown(), undefined],
    ['cancelled and still listed: remembered', 'waiting', shown(request({ status: 'cancelled' })), 'ended'],
    ['cancelled and listed no more: forgotten', 'ended', shown(), undefined],
    ['cancelled and missing from an incomplete list: remembered', 'ended', partly(), 'ended'],
    ['ours is remembered', 'ours', shown(), 'ours'],
  ])('%s', (_, before, listing, state) => {
    expect(take(before === undefined ? {} : { q1: known(before) }, listing).q1?.state).toBe(state);
  });

  test('what no step touched stays as it was', () => {
    const before = { q1: known('waiting'), q2: known('ours') };
    expect(take(before, shown(request(), request({ id: 'q2' })))).toEqual(before);
  });

  const statuses = fc.constantFrom('pending', 'notified', 'cancelled', 'strange');
  const rows = fc.uniqueArray(fc.record({ id: fc.constantFrom('q1', 'q2', 'q3'), status: statuses }), {
    selector: ({ id }) => id,
  });
  const looks = fc.array(fc.record({ rows, whole: fc.boolean() }), { maxLength: 8 });

  test('law: reading the same list again takes no step', () => {
    fc.assert(
      fc.property(looks, (given) => {
        let so: Record<string, KnownRequest> = { q3: known('ours') };
        for (const { rows: listed, whole } of given) {
          const requests = listed.map(request);
          const listing = whole ? shown(...requests) : partly(...requests);
          so = take(so, listing);
          expect(stepsForRequests(so, listing, now)).toEqual([]);
          expect(so.q3?.state).toBe('ours');
        }
      }),
    );
  });

  test('law: only "cancelled" ends a request', () => {
    fc.assert(
      fc.property(looks, (given) => {
        let so: Record<string, KnownRequest> = {};
        for (const { rows: listed, whole } of given) {
          const requests = listed.map(request);
          const listing = whole ? shown(...requests) : partly(...requests);
          for (const step of stepsForRequests(so, listing, now)) {
            const status = requests.find(({ id }) => id === step.id)?.status;
            expect(step.step === 'end').toBe(status === 'cancelled');
            if (status === undefined) expect([step.step, listing.complete]).toEqual(['close', true]);
          }
          so = take(so, listing);
        }
      }),
    );
  });
});
