import { isAvailable, replayedRows } from './offers.ts';
import { type NotifyRequest, offerKey, type State, withEntry } from './state.ts';

/**
 * The instant in (after, now] at which the offer could first be rented. Under replay every row between is looked at, so
 * that a window which opened and closed between two looks is not missed; without replay each change settles by itself.
 */
const firstAvailable = (state: State, request: NotifyRequest, after: number, now: number): number | undefined => {
  const { regionId, configId } = request;
  const rows = state.offers.has(offerKey(regionId, configId)) ? replayedRows(state, regionId, configId) : undefined;
  if (rows && state.replay) {
    const { startsAt } = state.replay;
    for (const row of rows) {
      const at = startsAt + row.atSeconds * 1000;
      if (at > now) break;
      if (at > after && isAvailable({ state, now: at }, regionId, configId)) return at;
    }
  }
  return isAvailable({ state, now }, regionId, configId) ? now : undefined;
};

/** Turns every pending request whose offer became available into `notified`; the same state if there is none. */
export const settleNotifyRequests = (state: State, settledAt: number, now: number): State => {
  let requests = state.notifyRequests;
  for (const request of state.notifyRequests.values()) {
    if (request.status !== 'pending') continue;
    const notifiedAt = firstAvailable(state, request, Math.max(settledAt, request.createdAt), now);
    if (notifiedAt !== undefined) {
      requests = withEntry(requests, request.id, { ...request, status: 'notified', notifiedAt });
    }
  }
  return requests === state.notifyRequests ? state : { ...state, notifyRequests: requests };
};
