import fc from 'fast-check';
import type { Fleet, Todo, Wanted } from '#domain/board.ts';
import type { Confirmation } from '#domain/confirmation.ts';
import type { RuntimeOrder } from '#domain/creating/order.ts';
import type { CreationNews, WatchCreation } from '#domain/creating/watch-creation.ts';
import type { OfferState, PastWindow, PriceSpan, Track } from '#domain/offer-state.ts';
import type { KeptWatch, OwedRow, Recipient, WatchStanding } from '#domain/recipient.ts';
import type { Criteria, Watch } from '#domain/watch.ts';
import type { IndexEntry } from '#domain/watch-index.ts';
import { anyCreation } from './guard-facts.ts';

/** Monday, 2 November 2026, 09:00 UTC. */
export const now = Date.UTC(2026, 10, 2, 9);
export const region = 'as-south-1';
export const configId = 'gpu-h100-80g-20cpu-125g';
export const offer = `${region}/${configId}`;

export const hardware: OfferState['hardware'] = {
  configId,
  gpuModel: 'NVIDIA H100',
  gpuVendor: 'NVIDIA',
  vramGib: 80,
  cpuCores: 20,
  memoryGib: 125,
};

export const offerState = (change: Partial<OfferState> = {}): OfferState => ({
  region,
  hardware,
  listed: true,
  askedAt: now,
  prices: [],
  tracks: {},
  matchPending: false,
  ...change,
});

export const todo = (change: Partial<Todo> = {}): Todo => ({
  recipientId: 'ada',
  stamp: 'first',
  putAt: now,
  notBefore: now,
  ...change,
});

export const wanted = (change: Partial<Wanted> = {}): Wanted => ({
  region,
  configId,
  stamp: 'first',
  putAt: now,
  ...change,
});

export const entry = (change: Partial<IndexEntry> = {}): IndexEntry => ({
  bucket: '1:region',
  recipientId: 'ada',
  watchId: 'w1',
  createdAt: now,
  notBefore: now,
  ...change,
});

// The types below name every field, the optional ones too: a new field that is not drawn here does not compile.
type Drawn<T> = { readonly [Field in keyof Required<T>]: fc.Arbitrary<T[Field] & {}> };
const fields = <T>(drawn: Drawn<T>): Drawn<T> => drawn;

const instant = fc.integer({ min: 0, max: Date.UTC(5000, 0) });
const count = fc.integer({ min: 0, max: 100_000 });
const price = fc.double({ min: 0.0001, max: 10_000, noNaN: true });
const words = fc.string({ unit: 'grapheme', maxLength: 20 });
/** Never the name of something that every object has: `constructor` as a key is nothing that the SDK writes. */
const id = fc.stringMatching(/^i-[A-Za-z0-9-]{1,20}$/);
const offerName = fc.tuple(id, id).map(([place, config]) => `${place}/${config}`);
/** As plain objects, as our own code makes them; fast-check also draws some without a prototype, which the SDK refuses. */
const plain = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T> => arbitrary.map((value) => structuredClone(value));

const pastWindow: fc.Arbitrary<PastWindow> = fc.record({ openedAt: instant, closedAt: instant });

const track: fc.Arbitrary<Track> = fc.oneof(
  fc.record(
    { state: fc.constant('open' as const), openedAt: instant, goneFor: count },
    { requiredKeys: ['state', 'openedAt'] },
  ),
  fc.record(
    { state: fc.constant('closed' as const), since: instant, observedAtClose: count, last: pastWindow },
    { requiredKeys: ['state', 'since', 'observedAtClose'] },
  ),
);

export const anyOfferState: fc.Arbitrary<OfferState> = plain(
  fc.record(
    fields<OfferState>({
      region: id,
      hardware: fc.record(
        fields<OfferState['hardware']>({
          configId: id,
          gpuModel: words,
          gpuVendor: words,
          vramGib: price,
          cpuCores: price,
          memoryGib: price,
          pricePerGpuHour: price,
        }),
        { requiredKeys: ['configId', 'gpuModel', 'gpuVendor', 'vramGib', 'cpuCores', 'memoryGib'] },
      ),
      listed: fc.boolean(),
      availability: words,
      counts: fc.record(
        fields<OfferState['counts'] & {}>({
          available: count,
          total: count,
          smallestBlock: count,
          largestBlock: count,
        }),
        { requiredKeys: ['available', 'smallestBlock'] },
      ),
      askedAt: instant,
      prices: fc.array(fc.record(fields<PriceSpan>({ usd: price, since: instant, observed: count })), {
        maxLength: 16,
      }),
      tracks: fc.dictionary(fc.integer({ min: 1, max: 1024 }).map(String), track),
      matchPending: fc.boolean(),
      lookAgainAt: instant,
    }),
    { requiredKeys: ['region', 'hardware', 'listed', 'askedAt', 'prices', 'tracks', 'matchPending'] },
  ),
);

const criteria: fc.Arbitrary<Criteria> = fc.record(
  fields<Criteria>({
    gpus: count,
    maxPricePerGpuHour: price,
    region: id,
    configId: id,
    model: words,
    vendor: words,
    vramMinGib: count,
    vramMaxGib: count,
  }),
  { requiredKeys: ['gpus'] },
);

const order: fc.Arbitrary<RuntimeOrder> = fc.record(
  fields<RuntimeOrder>({
    project: id,
    name: words,
    templateId: id,
    templateSpec: fc.json().map((text) => JSON.parse(text)),
    planId: id,
    byOperator: fc.boolean(),
    sshKeys: fc.array(words, { maxLength: 2 }),
    storage: fc.json().map((text) => JSON.parse(text)),
  }),
  { requiredKeys: ['project', 'name'] },
);

const opening = { offer: offerName, openedAt: instant };

const creation: fc.Arbitrary<WatchCreation> = fc.record(
  fields<WatchCreation>({
    creation: anyCreation,
    due: fc.record({ ...opening, since: instant }),
    pricePerGpuHour: price,
    refusals: count,
    refusedIn: fc.array(fc.record(opening), { maxLength: 2 }),
    toldAt: instant,
  }),
  { requiredKeys: ['creation', 'refusals'] },
);

const news: fc.Arbitrary<CreationNews> = fc.oneof(
  fc.record(
    { state: fc.constant('created' as const), project: id, name: words, runtimeId: id, usdPerHour: price },
    { requiredKeys: ['state', 'project', 'name', 'runtimeId'] },
  ),
  fc.record({ state: fc.constant('refused' as const), because: words, last: fc.boolean() }),
  fc.record({ state: fc.constant('held' as const), because: words }),
  fc.record({ state: fc.constant('unclear' as const), name: words }),
  fc.constant({ state: 'missed' as const }),
);

const watch: fc.Arbitrary<Watch> = fc.record(
  fields<Watch>({
    id,
    source: fc.constantFrom('config', 'account'),
    madeAt: instant,
    criteria,
    notify: fc.constantFrom('once', 'every'),
    expiresAt: instant,
    create: order,
    madeBy: id,
  }),
  { requiredKeys: ['id', 'source', 'madeAt', 'criteria', 'notify'] },
);

const standing: fc.Arbitrary<WatchStanding> = fc.oneof(
  fc.constant({ state: 'armed' as const }),
  fc.record({ state: fc.constant('done' as const), at: instant }),
  fc.record({
    state: fc.constant('ended' as const),
    at: instant,
    because: fc.constantFrom('expired' as const, 'unsubscribed' as const),
  }),
);

const keptWatch: fc.Arbitrary<KeptWatch> = fc.record(
  {
    watch,
    standing,
    told: fc.dictionary(offerName, fc.record({ openedAt: instant, mailedAt: instant })),
    creation,
  },
  { requiredKeys: ['watch', 'standing', 'told'] },
);

const confirmation: fc.Arbitrary<Confirmation> = fc.oneof(
  fc.record(
    {
      state: fc.constant('waiting' as const),
      askedBy: words,
      askedAt: instant,
      mailedAt: instant,
      mails: count,
      withdrawn: fc.constant(true as const),
    },
    { requiredKeys: ['state', 'askedBy', 'askedAt'] },
  ),
  fc.record({ state: fc.constant('confirmed' as const), askedBy: words, askedAt: instant, confirmedAt: instant }),
);

const owedRow: fc.Arbitrary<OwedRow> = fc.oneof(
  fc.record({
    kind: fc.constant('window' as const),
    watchId: id,
    offer: offerName,
    openedAt: instant,
    owedAt: instant,
  }),
  fc.record({ kind: fc.constant('expired' as const), watchId: id, owedAt: instant }),
  fc.record({ kind: fc.constant('creation' as const), watchId: id, ...opening, owedAt: instant, news }),
);

export const anyRecipient: fc.Arbitrary<Recipient> = plain(
  fc.record(
    fields<Recipient>({
      id,
      address: fc.emailAddress(),
      watches: fc.dictionary(id, keptWatch, { maxKeys: 4 }),
      owed: fc.dictionary(
        fc.tuple(id, offerName).map(([watchId, name]) => `${watchId} ${name}`),
        owedRow,
        { maxKeys: 4 },
      ),
      mailedAt: fc.array(instant, { maxLength: 10 }),
      sending: fc.record({ mailId: id, until: instant }),
      failure: fc.record({ count, retryAt: instant, because: words }),
      undeliverable: fc.record(
        fields<Recipient['undeliverable'] & {}>({ because: words, since: instant, retryAt: instant }),
        { requiredKeys: ['because', 'since'] },
      ),
      takesMailSince: instant,
      confirmations: fc.dictionary(id, confirmation, { maxKeys: 4 }),
      askedForMailAt: instant,
      declined: fc.record({ at: instant, until: instant }),
    }),
    { requiredKeys: ['id', 'address', 'watches', 'owed', 'mailedAt'] },
  ),
);

export const anyFleet: fc.Arbitrary<Fleet> = plain(
  fc.record(
    fields<Fleet>({
      observed: count,
      lastCompleteAt: instant,
      configDigest: id,
      requestsReadAt: instant,
      expiryReadAt: instant,
      succeededAt: instant,
    }),
    { requiredKeys: ['observed'] },
  ),
);
