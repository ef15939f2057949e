import {
  leavesAt,
  type Replay,
  type ReplayOptions,
  replayAvailability,
  type StartWorld,
} from '#local/backtest/replay-availability.ts';
import type { AvailabilityTrace } from '#local/emulator/emulator.ts';
import { startBenchWorld } from './bench-world.ts';

/** The real handlers over real engines and the emulator, which replays the trace. */
const startReplayWorld: StartWorld = async (trace, availability, startsAt) => {
  const world = await startBenchWorld({ startsAt, availability });
  const { clock, control, system, deliver, takeMails, close } = world;
  control.replay(trace);
  /** Takes the offers whose rows are over out of the listing. */
  const withdrawEnded = (): void => {
    const ended = trace.offers.filter((offer) => leavesAt(offer, startsAt) === clock.now());
    for (const { region, configId } of ended) control.removeOffer({ region, configId });
  };
  return {
    dynamodb: system.dynamodb,
    tick: async () => {
      withdrawEnded();
      await world.tick();
    },
    deliver,
    takeMails,
    advance: clock.advance,
    close,
  };
};

/** Replays an availability trace through the real handlers on real engines, and scores who was told what, and when. */
export const replayTrace = (trace: AvailabilityTrace, options: ReplayOptions = {}): Promise<Replay> =>
  replayAvailability(trace, startReplayWorld, options);
