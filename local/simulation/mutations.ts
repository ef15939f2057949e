/** A mistake that somebody could make: a text of the product's source, and what stands there instead. */
export type Mutation = {
  readonly name: string;
  readonly file: string;
  readonly find: string;
  readonly replace: string;
};

const workflows = 'functions/workflows';
const rules = 'functions/domain/guardrails';

/** Ways to break the product on purpose, each of which some promise must notice. */
export const mutations: readonly Mutation[] = [
  {
    name: 'delete whatever the last look showed',
    file: `${workflows}/guard-runtimes/last-look.ts`,
    find: "if (verdict.verdict !== 'delete') {",
    replace: "if (verdict.verdict === ('never' as string)) {",
  },
  {
    name: 'take what cannot be read for idle',
    file: `${rules}/verdict.ts`,
    find: "if (reading.state === 'unknown') return { verdict: 'unknown', because: reading.because };",
    replace: "if (reading.state === 'unknown') return undefined;",
  },
  {
    name: 'trust a last look for ten minutes',
    file: `${workflows}/guard-runtimes/last-look.ts`,
    find: 'export const lastLookHolds = 10 * second;',
    replace: 'export const lastLookHolds = 600 * second;',
  },
  {
    name: 'take every use for idle',
    file: `${rules}/reading.ts`,
    find: 'export const isIdleUse = ({ gpuPercent, cpu }: Use, thresholds: Thresholds): boolean => {',
    replace:
      'export const isIdleUse = ({ gpuPercent, cpu }: Use, thresholds: Thresholds): boolean => {\n  return true;',
  },
  {
    name: 'look at the GPU and not at the CPU',
    file: `${rules}/reading.ts`,
    find: 'export const isIdleUse = ({ gpuPercent, cpu }: Use, thresholds: Thresholds): boolean => {',
    replace:
      'export const isIdleUse = ({ gpuPercent, cpu }: Use, thresholds: Thresholds): boolean => {\n  return gpuPercent < thresholds.gpuBelowPercent;',
  },
  {
    name: 'believe samples of any age',
    file: `${rules}/reading.ts`,
    find: 'const oldestSample = 3 * minute;',
    replace: 'const oldestSample = 300 * minute;',
  },
  {
    name: 'forget the limit of a tick',
    file: `${rules}/limits.ts`,
    find: 'if (tickSlots.length >= limits.perTick)',
    replace: 'if (tickSlots.length >= 1000)',
  },
  {
    name: 'forget the limit of an hour',
    file: `${rules}/limits.ts`,
    find: 'if (taken.length >= limits.perHour)',
    replace: 'if (taken.length >= 1000)',
  },
  {
    name: 'forget the slots of earlier ticks',
    file: `${workflows}/guard-runtimes/delete-runtime.ts`,
    find: 'const current = [...slotsWithinTheHour(slots, slot.at), slot];',
    replace: 'const current = [slot];',
  },
  {
    name: 'keep for no time at all',
    file: `${rules}/keep.ts`,
    find: '({ ...rest, keep, outbox',
    replace: '({ ...rest, keep: { ...keep, until: keep.at }, outbox',
  },
  {
    name: 'pay no heed to exemptions',
    file: `${rules}/policy.ts`,
    find: '  return exemptions\n    .filter(',
    replace: '  return exemptions\n    .slice(0, 0)\n    .filter(',
  },
  {
    name: 'delete what is reserved',
    file: `${rules}/verdict.ts`,
    find: "if (plan === 'reserved') {",
    replace: "if (plan === ('never' as string)) {",
  },
  {
    name: 'take a plan that cannot be read for on demand',
    file: `${rules}/verdict.ts`,
    find: "if (plan === 'unreadable') return",
    replace: "if (plan === ('never' as string)) return",
  },
  {
    name: 'forget the lead',
    file: `${rules}/verdict.ts`,
    find: 'Math.max(kase.named ?? 0, counted + ladder.lead)',
    replace: 'counted',
  },
  {
    name: 'forget the time that a mail named',
    file: `${rules}/verdict.ts`,
    find: 'Math.max(kase.named ?? 0, counted + ladder.lead)',
    replace: 'counted + ladder.lead',
  },
  {
    name: 'keep warnings whose ground has changed',
    file: `${rules}/episode.ts`,
    find: '  return { ...kase, episode: { ...rest, ...told, voided: { at: now, because } } };',
    replace: '  return kase;',
  },
  {
    name: 'delete in observe mode',
    file: `${workflows}/guard-runtimes/delete-runtime.ts`,
    find: "if (situation.policy.mode === 'enforce') return",
    replace: "if (situation.policy.mode !== 'off') return",
  },
  {
    name: 'pay no heed to the breaker',
    file: `${rules}/verdict.ts`,
    find: "if (breakerOpen) return { verdict: 'hold'",
    replace: "if (breakerOpen && now < 0) return { verdict: 'hold'",
  },
  {
    name: 'send a DELETE again by itself',
    file: 'functions/adapters/provider/runtimes.ts',
    find: "repeat: 'once', ignoresBody: true",
    replace: "repeat: 'freely', ignoresBody: true",
  },
  {
    name: 'act on a GET',
    file: 'functions/handlers/links/handler.ts',
    find: "const acts = event.requestContext.http.method === 'POST';",
    replace: "const acts = event.requestContext.http.method !== 'HEAD';",
  },
  {
    name: 'do not record an accepted alert',
    file: `${workflows}/send-notice/send-claimed.ts`,
    find: 'await record(world, claimed, accept);',
    replace: '',
  },
  {
    name: 'do not record an accepted warning',
    file: `${workflows}/send-notice/send-runtime-notices.ts`,
    find: 'await due.accepted(now);',
    replace: '',
  },
  {
    name: 'send without a claim',
    file: `${workflows}/send-notice/send-notice.ts`,
    find: 'return { save: claimSending(recipient, mailId, world.clock()), result };',
    replace: 'return { result };',
  },
  {
    name: 'tell a once watch of every window',
    file: 'functions/domain/mailing.ts',
    find: "const mayEnd = kept.watch.notify === 'once' &&",
    replace: "const mayEnd = kept.watch.notify === ('never' as string) &&",
  },
  {
    name: 'tell an every watch of every window',
    file: 'functions/domain/firing.ts',
    find: 'if (now < dueAt) return',
    replace: 'if (now < 0) return',
  },
  {
    name: 'let a late alert start the quiet time',
    file: 'functions/domain/firing.ts',
    find: "if (notify === 'once' || told.closed) return",
    replace: "if (notify === 'once') return",
  },
  {
    name: 'announce what is owed once only',
    file: `${workflows}/watch-availability/watch-availability.ts`,
    find: 'const waiting = await attempt(',
    replace: 'const waiting = failures.length < 1e9 ? nobody : await attempt(',
  },
  {
    name: 'conclude from an incomplete listing',
    file: 'functions/adapters/provider/page-agreement.ts',
    find: 'return because.length === 0 ?',
    replace: 'return because.length >= 0 ?',
  },
  {
    name: 'believe an empty inventory',
    file: `${workflows}/watch-availability/watch-availability.ts`,
    find: 'const listing = doubtEmpty(await world.inventory.listOffers(run.signal));',
    replace: 'const listing = await world.inventory.listOffers(run.signal);',
  },
  {
    name: 'write a recipient over a newer one',
    file: 'functions/adapters/store/recipient-store.ts',
    find: "condition: 'version = :version'",
    replace: "condition: 'version = :version OR version > :version'",
  },
  {
    name: 'write a case over a newer one',
    file: 'functions/adapters/store/versioned.ts',
    find: "condition: 'version = :version'",
    replace: "condition: 'version = :version OR version > :version'",
  },
  {
    name: 'run beside another run',
    file: `${workflows}/runs.ts`,
    find: 'return (await world.store.takeLease(holder, now, leaseUntil)) ? leaseUntil :',
    replace: 'return (await world.store.takeLease(holder, now, leaseUntil)) || now > 0 ? leaseUntil :',
  },
  {
    name: 'write an address into the log',
    file: `${workflows}/send-notice/send-claimed.ts`,
    find: 'subject, rows, at: now });',
    replace: 'subject: recipient.address, rows, at: now });',
  },
];
