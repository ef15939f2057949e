import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Settings } from '#adapters/configuration/settings.ts';
import { createProviderClient } from '#adapters/provider/client.ts';
import { type Instant, minute, second } from '#domain/time.ts';
import {
  createEmulator,
  type EmulatorControl,
  type Fault,
  type JournalEntry,
  type OperationId,
} from '#local/emulator/emulator.ts';
import { createChance } from '#local/emulator/state/chance.ts';
import { createHandlers } from '#local/handlers.ts';
import { createCalls } from './calls.ts';
import { createClients, type Seam } from './clients.ts';
import { type Boot, type Container, createContainers } from './containers.ts';
import { type FaultName, providerFault } from './faults.ts';
import { createJournal, type Entry } from './journal.ts';
import { createSimulatedMail } from './mail.ts';
import { createNoticePoller, mostReceptions, visibilityTimeout } from './notices.ts';
import { createPeople } from './people.ts';
import type { FaultPlan, FunctionName, HistoryPlan, UnreadablePlan } from './plan.ts';
import { createProviderFetch } from './provider.ts';
import { createSimulatedQueue } from './queue.ts';
import {
  addRuntime,
  at,
  deploymentsOf,
  endOf,
  freeAt,
  historyStart,
  linksUrl,
  organisation,
  project,
  showOffer,
} from './stage.ts';
import { createSimulatedTable } from './table.ts';
import { createSimulatedTime } from './time.ts';

/** A plan and what came of it, as it can be seen from outside. */
export type History = {
  readonly plan: HistoryPlan;
  readonly endsAt: Instant;
  readonly entries: readonly Entry[];
  readonly settings: readonly Settings[];
  /** Ids of the plan's runtimes; missing for those that were never made. */
  readonly runtimeIds: readonly (string | undefined)[];
  /** Runtimes that the provider still has at the end, with their status. */
  readonly left: ReadonlyMap<string, string>;
  readonly items: readonly Record<string, AttributeValue>[];
  readonly deadLetters: readonly string[];
  /** Secrets that must not be told. */
  readonly token: string;
  /** Effects by function: where a crash can be put. */
  readonly effects: ReadonlyMap<FunctionName, number>;
};

const tableName = 'warden';
const queueUrl = 'http://services.simulated/000000000000/notices';
const deadLetterQueueUrls = {
  notices: `${queueUrl}-dead`,
  events: 'http://services.simulated/000000000000/events-dead',
};

/** As the deployment sets them: see `infra/stack.ts`. */
const timeouts: Readonly<Record<FunctionName, number>> = {
  'guard-runtimes': 52 * second,
  'watch-availability': 52 * second,
  'send-notice': 60 * second,
  links: 28 * second,
  'note-bounces': 30 * second,
};

const prefixes: Readonly<Record<UnreadablePlan['item'], string>> = {
  case: 'guard/runtime#',
  recipient: 'recipient#',
  offer: 'availability/offer#',
};

/** The faults of a plan that are the provider's: the emulator strikes with them, and here they keep their names. */
const createProviderFaults = (control: EmulatorControl) => {
  const armed = new Map<string, { readonly fault: FaultName; struck: number; readonly times: number }>();
  let waiting: { readonly plan: FaultPlan; readonly arm: Fault; passesOver: number }[] = [];
  return {
    /** Whether it is one of the provider's. */
    arm: (plan: FaultPlan): boolean => {
      const arm = providerFault(plan.fault);
      if (arm !== undefined) waiting.push({ plan, arm, passesOver: plan.passesOver });
      return arm !== undefined;
    },
    /** A call is about to reach the provider: arms what has passed over enough of its kind. */
    meet: (operation: OperationId): void => {
      for (const one of waiting) {
        const { operation: aim = '*' } = one.arm;
        if (aim !== '*' && aim !== operation) continue;
        one.passesOver -= 1;
        const { fault, times } = one.plan;
        if (one.passesOver < 0) armed.set(control.addFault({ ...one.arm, times }).id, { fault, struck: 0, times });
      }
      waiting = waiting.filter(({ passesOver }) => passesOver >= 0);
    },
    clear: (): void => {
      control.clearFaults();
      armed.clear();
      waiting = [];
    },
    struck: (): readonly FaultName[] => {
      if (armed.size === 0) return [];
      const listed = new Map(control.faults().map(({ id, struck }) => [id, struck]));
      return [...armed].flatMap(([id, one]) => {
        // One that has struck as often as it shall is listed no more.
        const struck = listed.get(id) ?? one.times;
        const more = struck - one.struck;
        one.struck = struck;
        return Array.from({ length: more }, () => one.fault);
      });
    },
  };
};

/** Everything of one history, at its start. */
const createWorld = async (plan: HistoryPlan, seam: Seam) => {
  const time = createSimulatedTime(historyStart);
  const chance = createChance(plan.seed);
  const journal = createJournal(time.now);
  const clockOf = (name: FunctionName | 'provider') => () => time.now() + (plan.clocks[name] ?? 0);
  let lastRequest: JournalEntry | undefined;
  const emulator = createEmulator({
    clock: clockOf('provider'),
    seed: plan.seed,
    organisation,
    projects: [project],
    mostPerPage: plan.rowsPerPage,
    sleep: (milliseconds, signal) => time.sleep(milliseconds, signal),
    onRequest: (entry) => {
      lastRequest = entry;
    },
  });
  emulator.control.clearOffers();
  const ids = chance.branch('services');
  const meetings = chance.branch('meetings');
  const deliveries = new Map(plan.deliveries.map(({ message, delivery }) => [message, delivery]));
  let messages = 0;
  const nth = new Map<string, number>();
  const deliveryOf = (messageId: string) => {
    const number = nth.get(messageId) ?? messages;
    if (!nth.has(messageId)) {
      nth.set(messageId, messages);
      messages += 1;
    }
    return deliveries.get(number);
  };
  const services = {
    table: createSimulatedTable(),
    mail: createSimulatedMail({ now: time.now, newId: ids.uuid }),
    queue: createSimulatedQueue({
      now: time.now,
      newId: ids.uuid,
      visibilityTimeout,
      mostReceptions,
      mischief: {
        delay: (id) => {
          const delivery = deliveryOf(id);
          if (delivery === 'beside-run') return untilNextRun(plan, time.now()) + meetings.between(0, 1_500);
          return delivery === 'late' ? 7 * minute : 0;
        },
        isDoubled: (id) => deliveryOf(id) === 'doubled',
        isShared: (id) => deliveryOf(id) === 'shared',
        pick: (count) => (plan.deliveries.some(({ delivery }) => delivery === 'out-of-order') ? count - 1 : 0),
      },
    }),
  };
  services.table.execute('CreateTable', {
    TableName: tableName,
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'sk', AttributeType: 'S' },
    ],
    BillingMode: 'PAY_PER_REQUEST',
  });
  const calls = createCalls({ time, journal, chance: chance.branch('latencies') });
  const atProvider = createProviderFaults(emulator.control);
  const way = { emulator, lastRequest: () => lastRequest, faults: atProvider, time, calls, journal };
  const settings = deploymentsOf(plan, seam === 'wire');
  const functionIds = chance.branch('ids');
  const readings = chance.branch('readings');

  const boot = (name: FunctionName, deployment: number, container: Container): ReturnType<Boot> => {
    const now = clockOf(name);
    const sleep = (milliseconds: number, signal?: AbortSignal) =>
      container.whileAlive(time.sleep(milliseconds, signal));
    const deployed = settings[deployment] ?? settings[0];
    if (deployed === undefined) throw new RangeError('A plan has at least one deployment.');
    const handlers = createHandlers({
      settings: deployed,
      ...createClients({ seam, services, calls, journal, container }),
      provider: createProviderClient({
        settings: deployed.provider,
        credential: { kind: 'token', token: async () => emulator.token },
        fetch: createProviderFetch(way, container),
        clock: now,
        sleep,
        random: readings.next,
        expireAfter: time.expireAfter,
      }),
      tableName,
      queueUrl,
      deadLetterQueueUrls,
      clock: { now, sleep },
      report: (event) => container.isAlive() && journal.note({ kind: 'told', event, ...container.facts() }),
      linksUrl,
      linkSecret: 'a secret of at least thirty-two characters',
      newId: functionIds.uuid,
      expireAfter: time.expireAfter,
      chance: readings.next,
    });
    const byName = {
      'guard-runtimes': handlers.guardRuntimes,
      'watch-availability': handlers.watchAvailability,
      'send-notice': handlers.sendNotice,
      links: handlers.links,
      'note-bounces': handlers.noteBounces,
    };
    return byName[name] as ReturnType<Boot>;
  };
  const containers = createContainers({
    time,
    journal,
    crashes: plan.crashes,
    healthyFrom: at(plan.troubledMinutes),
    timeoutOf: (name) => timeouts[name],
    boot,
  });
  return { time, chance, journal, emulator, atProvider, services, calls, containers, settings };
};

type World = Awaited<ReturnType<typeof createWorld>>;

/** Milliseconds until the next run is due. */
const untilNextRun = ({ everyMinutes }: HistoryPlan, now: Instant): number => {
  const every = everyMinutes * minute;
  return every - ((now - at(0)) % every);
};

/** Puts the schedules' runs on the agenda, with their mishaps. */
const scheduleRuns = ({ time, containers, chance }: World, plan: HistoryPlan): void => {
  const jitter = chance.branch('schedule');
  const ticks = Math.floor((plan.troubledMinutes + plan.healthyMinutes) / plan.everyMinutes);
  for (const name of plan.jobs) {
    for (let tick = 0; tick <= ticks; tick += 1) {
      const isTroubled = tick * plan.everyMinutes < plan.troubledMinutes;
      const mishap = plan.mishaps.find((each) => isTroubled && each.tick === tick && each.function === name)?.mishap;
      if (mishap === 'skipped') continue;
      const due = at(tick * plan.everyMinutes) + jitter.between(0, 900);
      const invoke = () => void containers.invoke(name, {});
      time.at(due + (mishap === 'late' ? 50 * second : 0), invoke);
      if (mishap === 'doubled') time.at(due + jitter.between(0, 2_000), invoke);
    }
  }
};

/** What the provider shows, from its plan. */
const scheduleProvider = ({ time, emulator: { control } }: World, plan: HistoryPlan): (string | undefined)[] => {
  const ids: (string | undefined)[] = plan.runtimes.map(() => undefined);
  for (const [index, runtime] of plan.runtimes.entries()) {
    const add = () => {
      ids[index] = addRuntime(control, plan, index);
    };
    if (runtime.ageMinutes >= 0) add();
    else time.at(at(-runtime.ageMinutes), add);
    const { stopped } = runtime;
    if (stopped === undefined) continue;
    const setStatus = (status: string | null) => () => void control.setRuntime(ids[index] ?? '', { status });
    time.at(at(stopped.minute), setStatus('Stopped'));
    time.at(at(stopped.until), setStatus(null));
  }
  for (const [index, offer] of plan.offers.entries()) {
    showOffer(control, index, freeAt(offer, 0));
    for (const { minute: from, gpus } of offer.free) time.at(at(from), () => showOffer(control, index, gpus));
  }
  return ids;
};

/** Hides an item as one of a version to come would be, and shows it again later, if it still stands there. */
const scheduleUnreadable = ({ time, services: { table }, journal }: World, plan: HistoryPlan): void => {
  const keyOf = (item: Record<string, AttributeValue>) => `${item.pk?.S}/${item.sk?.S}`;
  for (const { item: kind, minute: from, minutes } of plan.unreadable) {
    time.at(at(from), () => {
      const hidden = table.items().find((item) => keyOf(item).startsWith(prefixes[kind]));
      if (hidden === undefined || 'future' in hidden) return;
      const { pk, sk } = hidden;
      const put = (Item: Record<string, unknown>) => table.execute('PutItem', { TableName: tableName, Item });
      put({ pk, sk, future: { M: hidden } });
      journal.note({ kind: 'world', what: `the item ${keyOf(hidden)} is of another version` });
      time.at(at(from + minutes), () => {
        const stands = table.items().find((item) => keyOf(item) === keyOf(hidden));
        if (stands?.future?.M !== undefined) put(stands.future.M);
        journal.note({ kind: 'world', what: `the item ${keyOf(hidden)} can be read again` });
      });
    });
  }
};

const scheduleTroubles = ({ time, calls, containers, atProvider, journal }: World, plan: HistoryPlan): void => {
  for (const fault of plan.faults) {
    time.at(at(fault.minute), () => {
      if (!atProvider.arm(fault)) calls.arm(fault);
    });
  }
  for (const { minute: when, change } of plan.deploys) {
    time.at(at(when), () => journal.note({ kind: 'deployed', deployment: containers.deploy(), change }));
  }
  time.at(at(plan.troubledMinutes), () => {
    calls.disarm();
    atProvider.clear();
    journal.note({ kind: 'world', what: 'from now on everything is healthy' });
  });
};

/** Puts what people do on the agenda, and has each accepted mail scanned. */
const schedulePeople = (world: World, plan: HistoryPlan): void => {
  const { time, services } = world;
  const people = createPeople({ ...world, mail: services.mail });
  for (const act of plan.acts) time.at(at(act.minute), () => void people.act(act));
  if (!plan.scanned) return;
  let scanned = 0;
  const scanNew = () => {
    for (const mail of services.mail.accepted().slice(scanned)) void people.scan(mail);
    scanned = services.mail.accepted().length;
  };
  for (let when = 0; at(when) <= endOf(plan); when += 2) time.at(at(when), scanNew);
};

/** Parts that are loaded with their first use would be loaded in real time, while simulated time goes on. */
const loaded = Promise.all([import('#adapters/mail/render.ts'), import('#adapters/mail/render-runtime-mail.ts')]);
const warm = new Map<Seam, Promise<unknown>>();

/** A plan in which nothing goes wrong, and everything is used once: an alert, and a runtime from its first warning to its end. */
export const quietPlan: HistoryPlan = {
  seed: 0,
  jobs: ['guard-runtimes', 'watch-availability'],
  mode: 'enforce',
  limits: { perTick: 5, perHour: 20 },
  freshLead: 15,
  everyMinutes: 4,
  troubledMinutes: 40,
  healthyMinutes: 0,
  rowsPerPage: 100,
  runtimes: [
    { owner: 'ana', gpus: 1, plan: 'on-demand', ageMinutes: 90, uses: [{ minute: 0, use: 'idle' }], conduct: 'usual' },
  ],
  offers: [{ free: [{ minute: 0, gpus: 8 }] }],
  watches: [{ offer: 0, notify: 'once', by: 'config' }],
  acts: [],
  faults: [],
  crashes: [],
  deploys: [],
  unreadable: [],
  mishaps: [],
  deliveries: [],
  clocks: {},
  scanned: true,
};

/** Lives through a plan, from its start to its end. The same plan gives the same history, on every machine and seam. */
export const runHistory = async (plan: HistoryPlan, seam: Seam = 'call'): Promise<History> => {
  if (!warm.has(seam))
    warm.set(
      seam,
      loaded.then(() => live(quietPlan, seam)),
    );
  await warm.get(seam);
  return live(plan, seam);
};

const live = async (plan: HistoryPlan, seam: Seam): Promise<History> => {
  const world = await createWorld(plan, seam);
  const { time, services, containers, journal, emulator, settings } = world;
  const poller = createNoticePoller(services.queue, containers, time);
  services.queue.onVisible((when) => time.at(when, poller.poll));
  const runtimeIds = scheduleProvider(world, plan);
  scheduleTroubles(world, plan);
  scheduleUnreadable(world, plan);
  schedulePeople(world, plan);
  scheduleRuns(world, plan);
  await time.runUntil(endOf(plan));
  return {
    plan,
    endsAt: endOf(plan),
    entries: journal.entries,
    settings,
    runtimeIds,
    left: new Map(emulator.control.runtimes().map(({ id, status }) => [id, status])),
    items: services.table.items(),
    deadLetters: services.queue.deadLetters().map(({ body }) => body),
    token: emulator.token,
    effects: containers.effects(),
  };
};
