import type { Fault, ListedFault } from '../faults/fault.ts';
import type { OperationId } from '../operation-ids.ts';
import type { TokenWish } from '../state/accounts.ts';
import type { JournalEntry } from '../state/journal.ts';
import { type NotifyRequest, withEntry } from '../state/state.ts';
import type { World } from '../state/world.ts';
import { type NotifyChange, notifyChange, type ProjectWish, projectWish, tokenWish } from './inputs.ts';
import { createOfferControl } from './offer-control.ts';
import { createReplayControl } from './replay-control.ts';
import { createRuntimeControl } from './runtime-control.ts';
import { createUtilisationControl } from './utilisation-control.ts';

const createNotifyControl = (world: World) => ({
  /** Requests of all users. */
  notifyRequests: (): readonly NotifyRequest[] => [...world.view().state.notifyRequests.values()],

  setNotifyRequest: (id: string, change: NotifyChange): NotifyRequest | undefined => {
    const { status } = notifyChange.parse(change);
    const { state, now } = world.view();
    const request = state.notifyRequests.get(id);
    if (!request) return undefined;
    const next = { ...request, status, ...(status === 'notified' ? { notifiedAt: now } : {}) };
    world.change((before) => ({ ...before, notifyRequests: withEntry(before.notifyRequests, id, next) }));
    return next;
  },

  /** The request vanishes from the list; whether it was there. */
  removeNotifyRequest: (id: string): boolean => {
    const there = world.view().state.notifyRequests.has(id);
    world.change((state) => {
      const kept = [...state.notifyRequests].filter(([each]) => each !== id);
      return { ...state, notifyRequests: new Map(kept) };
    });
    return there;
  },
});

/** The hand behind the scenes: what tests, scenarios and people use to make the provider do things. */
export const createControl = (world: World) => ({
  ...createOfferControl(world),
  ...createRuntimeControl(world),
  ...createNotifyControl(world),
  ...createReplayControl(world),
  ...createUtilisationControl(world),

  now: (): number => world.now(),
  advanceClock: (seconds: number): void => world.advance(seconds),

  issueToken: (wish: TokenWish = {}): string => world.accounts.issue(tokenWish.parse(wish)),
  /** Whether there was such a token. */
  revokeToken: (token: string): boolean => world.accounts.revoke(token),
  addProject: (wish: ProjectWish): void => {
    const { project, organisation } = projectWish.parse(wish);
    world.accounts.addProject(project, organisation);
  },

  addFault: (fault: Fault): ListedFault => world.faults.add(fault),
  /** The faults that are still armed. */
  faults: (): readonly ListedFault[] => world.faults.list(),
  /** One, or all; how many there were. */
  clearFaults: (id?: string): number => world.faults.clear(id),

  /** Requests so far, by operation; those that a fault struck or that had no token count too. */
  calls: (): Record<OperationId, number> => world.journal.calls(),
  /** The latest 10,000 requests, oldest first. */
  requests: (): readonly JournalEntry[] => world.journal.entries(),
  /** The most requests that were under way at one time. */
  mostAtOnce: (): number => world.journal.mostAtOnce(),

  /** Everything as it was at the start, the token and the ids included. */
  reset: (): void => world.reset(),

  /** What a caller needs to begin. */
  access: () => {
    const { organisation, projects, token, login } = world.accounts;
    return { organisation, projects, token, login };
  },
});

export type EmulatorControl = ReturnType<typeof createControl>;
