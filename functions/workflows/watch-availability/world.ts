import type { Board, Fleet, Todo, Wanted } from '#domain/board.ts';
import type { CreatingLimits } from '#domain/creating/limits.ts';
import type { CreationTodo } from '#domain/creating/request.ts';
import type { Report } from '#domain/event.ts';
import type { Listing } from '#domain/listing.ts';
import type { GpuConfig, Offer, OfferKey } from '#domain/offer.ts';
import type { OfferState, PastWindow } from '#domain/offer-state.ts';
import type { AskAnswer } from '#domain/registering.ts';
import type { NotificationRequest } from '#domain/request.ts';
import type { KnownRequests, KnownWatch } from '#domain/sources.ts';
import type { Instant } from '#domain/time.ts';
import type { Criteria, Wish } from '#domain/watch.ts';
import type { IndexEntry } from '#domain/watch-index.ts';
import type { RequestWorld } from '#workflows/create-runtime/create-on-request.ts';
import type { MissingCredential } from '#workflows/credential.ts';
import type { RecipientStore } from '#workflows/recipients.ts';

/** What a run reads and writes. A write that answers false was refused because somebody else's is newer. */
export type AvailabilityStore = {
  takeLease(holder: string, now: Instant, until: Instant): Promise<boolean>;
  saveFleet(holder: string, fleet: Fleet, leaseUntil: Instant): Promise<boolean>;
  readBoard(): Promise<Board>;
  saveOffer(state: OfferState): Promise<boolean>;
  saveWindow(offer: OfferKey, window: PastWindow): Promise<void>;
  putTodo(todo: Todo): Promise<void>;
  postponeTodo(todo: Todo, notBefore: Instant): Promise<boolean>;
  removeTodo(todo: Todo): Promise<boolean>;
  removeWanted(wanted: Wanted): Promise<boolean>;
  addShape(criteria: Criteria): Promise<void>;
  addEntry(entry: IndexEntry): Promise<void>;
  readBucket(bucket: string, price?: number): AsyncIterable<IndexEntry[]>;
  postponeEntry(entry: IndexEntry, notBefore: Instant): Promise<boolean>;
  removeEntry(entry: IndexEntry): Promise<boolean>;
  putExpiry(at: Instant, recipientId: string, watchId: string): Promise<void>;
  readExpiries(now: Instant): Promise<{ recipientId: string; done: () => Promise<boolean> }[]>;
  readConfigSource(): Promise<KnownWatch[]>;
  saveConfigSource(watches: readonly KnownWatch[]): Promise<void>;
  readRequestsSource(): Promise<KnownRequests>;
  saveRequestsSource(known: KnownRequests): Promise<void>;
};

/** What a run asks the provider, in our words. Each call throws if the provider did not answer understandably. */
export type Inventory = {
  listOffers(signal: AbortSignal): Promise<Listing<Offer>>;
  listRequests(signal: AbortSignal): Promise<Listing<NotificationRequest>>;
  /** Throws if it may have been registered or not. */
  registerRequest(
    offer: { readonly region: string; readonly configId: string },
    signal: AbortSignal,
  ): Promise<AskAnswer>;
  getGpuConfig(configId: string, signal: AbortSignal): Promise<GpuConfig | undefined>;
};

/** A watch as `warden.config.ts` lists it; `until` is the end as it is written there. */
export type ConfigWish = { readonly address: string; readonly wish: Wish; readonly until?: string };

/** Everything that a run needs of the world. */
export type WatchAvailabilityWorld = {
  readonly store: AvailabilityStore & RecipientStore;
  readonly inventory: Inventory;
  /** What creating runtimes needs beside. */
  readonly creating: Pick<RequestWorld, 'provider'> & {
    readonly store: RequestWorld['store'] & { removeCreationTodo(todo: CreationTodo): Promise<boolean> };
  };
  readonly missingCredential: MissingCredential;
  readonly queue: { announce(recipientIds: readonly string[]): Promise<void> };
  readonly clock: () => Instant;
  /** Waits so many milliseconds; ends early when aborted. */
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  readonly newId: () => string;
  /** A short text that stands for a longer one and does not give it away. */
  readonly digest: (text: string) => string;
  readonly report: Report;
};

/** What may be made for watches, where and for whom; without limits nothing. */
export type CreatingSettings = {
  readonly limits?: CreatingLimits;
  readonly allowed: 'nobody' | 'operators' | 'everybody';
  readonly projects: readonly string[];
};

/** What the user set. */
export type WatchAvailabilitySettings = {
  readonly pollSeconds: number;
  readonly readRequestsMinutes: number;
  readonly mailsPerHour: number;
  readonly upstreamTo: string;
  readonly registerUpstream: boolean;
  readonly wishes: readonly ConfigWish[];
  readonly creating: CreatingSettings;
};
