import { heldGpus, newOffer } from '../state/offers.ts';
import { type Offer, offerKey, type View } from '../state/state.ts';
import type { World } from '../state/world.ts';
import type { AvailabilityTrace, TraceOffer } from '../trace/availability-trace.ts';
import { type ReplayWish, replayWish } from './inputs.ts';

/** An offer of the trace: the one that is there, or one made up from its name. Its total is the most that was ever free. */
const replayedOffer = (view: View, { region, configId, rows }: TraceOffer): Offer => {
  const {
    availability: _,
    largestBlock: __,
    ...base
  } = view.state.offers.get(offerKey(region, configId)) ?? newOffer(region, configId);
  const most = rows.reduce((highest, row) => Math.max(highest, row.available), 1);
  return { ...base, available: 0, total: most, countsMissing: false, heldWhenSet: heldGpus(view, region, configId) };
};

export const createReplayControl = (world: World) => ({
  /** From now on the offers of the trace show its last row at or before the emulator's time. */
  replay: (trace: AvailabilityTrace, wish: ReplayWish = {}): void => {
    const { startsAt = world.now(), others } = replayWish.parse(wish);
    const view = world.view();
    const replayed = trace.offers.map((each): [string, Offer] => [
      offerKey(each.region, each.configId),
      replayedOffer(view, each),
    ]);
    world.change((state) => ({
      ...state,
      replay: { trace, startsAt },
      offers: new Map([...(others === 'keep' ? state.offers : []), ...replayed]),
    }));
  },

  /** The replayed offers stay, with nothing free. */
  stopReplay: (): void => world.change(({ replay: _, ...state }) => state),
});
