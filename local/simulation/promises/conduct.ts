import { minute } from '#domain/time.ts';
import { ofKind } from '../journal.ts';
import { linksUrl, offerConfigs } from '../stage.ts';
import { wasCarriedOut } from './deletions.ts';
import type { Promised } from './promise.ts';

export const readsOnlyOnGet: Promised = {
  name: 'A GET changes nothing',
  breaches: ({ entries }) =>
    entries.flatMap((entry) => {
      if (!('method' in entry) || entry.method !== 'GET') return [];
      if (entry.kind === 'table-write') return [{ at: entry.at, what: `a GET wrote ${entry.item}` }];
      if (entry.kind === 'queued' || entry.kind === 'mail-accepted')
        return [{ at: entry.at, what: `a GET sent something` }];
      const changes = entry.kind === 'provider-call' && /^(delete|create)/.test(entry.operation);
      return changes ? [{ at: entry.at, what: `a GET asked for ${entry.operation}` }] : [];
    }),
};

export const tellsNoSecret: Promised = {
  name: 'No token, address or link stands in a log line',
  breaches: ({ entries, token }) =>
    ofKind(entries, 'told').flatMap(({ at, event }) => {
      const line = JSON.stringify(event);
      const found = [token, '@example.com', 'token=', linksUrl].find((secret) => line.includes(secret));
      return found === undefined ? [] : [{ at, what: `"${event.event}" tells a secret: ${line.slice(0, 200)}` }];
    }),
};

export const concludesFromWholeListings: Promised = {
  name: 'A window is closed only if its offer could not be rented, and a runtime told as deleted only if it was',
  breaches: ({ entries, plan }, truth) =>
    ofKind(entries, 'told').flatMap(({ at, event, invocation }) => {
      if (event.event === 'window-closed') {
        const offer = offerConfigs.findIndex(({ configId }) => configId === event.configId);
        // What the provider showed of an earlier time cannot be told from what is.
        if (plan.faults.some(({ fault }) => fault === 'provider answers what was 4 minutes ago')) return [];
        const from = Math.max(event.openedAt, at - 12 * minute);
        const instants = [from, at, ...truth.changesOf(offer).filter((each) => each >= from && each <= at)];
        const wasGone = instants.some((each) => truth.freeOf(offer, each) === 0);
        return wasGone
          ? []
          : [{ at, what: `the window of ${event.configId} was closed, though it could be rented (run ${invocation})` }];
      }
      if (event.event === 'runtime-deleted') {
        const gone = truth.deletions.some((call) => call.runtimeId === event.runtimeId && wasCarriedOut(call));
        return gone ? [] : [{ at, what: `${event.name} was told as deleted, though nobody deleted it` }];
      }
      return [];
    }),
};

export const failsForAReason: Promised = {
  name: 'A run fails only where something failed around it',
  breaches: ({ entries, plan }, truth) =>
    ofKind(entries, 'ended').flatMap(({ at, outcome, because, invocation, function: name }) => {
      if (outcome !== 'failed' && outcome !== 'timed-out') return [];
      const hasFaults = truth.calls.some(
        (call) => call.invocation === invocation && (call.faults.length > 0 || call.status === 0),
      );
      const isUnreadable = plan.unreadable.some((each) => {
        const now = truth.minuteOf(at);
        return now >= each.minute && now <= each.minute + each.minutes + 1;
      });
      // A bounce is noted once no sender holds its mail: one that died may hold it for longer than Lambda tries.
      const isHeld =
        name === 'note-bounces' &&
        ofKind(entries, 'told').some(
          ({ event, invocation: of }) =>
            of === invocation && event.event === 'part-failed' && event.because.startsWith('MailUnderWayError'),
        ) &&
        ofKind(entries, 'ended').some(
          (each) => each.function === 'send-notice' && each.outcome === 'crashed' && each.at <= at,
        );
      if (hasFaults || isUnreadable || isHeld || truth.strikesIn(invocation).length > 0) return [];
      return [{ at, what: `${name} ${outcome}: ${because ?? ''}` }];
    }),
};
