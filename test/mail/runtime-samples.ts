import type { Evidence, LedgerEntry } from '#domain/guardrails/ledger.ts';
import { moneyOf } from '#domain/guardrails/money.ts';
import type {
  DailyMail,
  DeletedMail,
  DeletedRow,
  ToldRuntime,
  TroubleMail,
  WarningMail,
  WarningRow,
} from '#domain/guardrails/runtime-notice.ts';
import type { Trouble } from '#domain/guardrails/trouble.ts';
import { day, hour, minute } from '#domain/time.ts';
import { writtenAt } from './samples.ts';

const linksUrl = 'https://warden.example.com';
export const keepUrl = `${linksUrl}/keep?token=1.abc.def`;
export const keepAllUrl = `${linksUrl}/keep-all?token=1.abc.ghi`;
export const rearmUrl = `${linksUrl}/rearm?token=1.abc.jkl`;
export const recreateUrl = `${linksUrl}/recreate?token=1.abc.mno`;

export const ana: ToldRuntime = {
  project: 'prj-9',
  id: 'rt-4f2a91',
  name: 'ana-notebook',
  region: 'as-south-1',
  gpuModel: 'H200',
  gpuConfigId: 'gpu-h200-141g-20cpu-192g',
  gpus: 1,
};
export const ben: ToldRuntime = {
  ...ana,
  id: 'rt-77c0d3',
  name: 'ben-train-8x',
  gpuModel: 'H100',
  gpuConfigId: 'gpu-h100-80g-20cpu-125g',
  gpus: 8,
};

/** 117 of 120 minutes seen, until the mail is written. */
export const evidence: Evidence = {
  idleSince: writtenAt - 2 * hour,
  until: writtenAt,
  observedMs: 117 * minute,
  highest: { gpuPercent: 1.2, cpu: { value: 0.31, unit: 'cores' }, memory: { value: 12.4, unit: 'gib' } },
};
export const money = moneyOf(2.39, 1, 117 * minute);

export const warningRow = (changes: Partial<WarningRow> = {}): WarningRow => ({
  step: 'first',
  runtime: ana,
  rule: {
    policy: 'default',
    thresholds: { gpuBelowPercent: 5, cpuBelowCores: 1, cpuBelowPercent: 5 },
    deleteAfter: 120 * minute,
  },
  evidence,
  ...(money !== undefined && { money }),
  deleteAt: writtenAt + 40 * minute,
  volume: 'network',
  unsaved: ['SSH keys'],
  recreatable: true,
  keepChoices: ['4h', '1d', '7d'],
  keepUrl,
  ...changes,
});

export const benRow = (changes: Partial<WarningRow> = {}): WarningRow => {
  const cost = moneyOf(1.99, 8, 117 * minute);
  return warningRow({
    runtime: ben,
    ...(cost !== undefined && { money: cost }),
    deleteAt: writtenAt + 70 * minute,
    unsaved: [],
    ...changes,
  });
};

export const warning = (changes: Partial<WarningMail> = {}): WarningMail => ({
  kind: 'warning',
  writtenAt,
  rows: [warningRow()],
  would: false,
  ...changes,
});

export const deletedRow = (changes: Partial<DeletedRow> = {}): DeletedRow => ({
  runtime: ana,
  deletedAt: writtenAt - 2 * minute,
  because: 'idle for 120 min',
  evidence,
  ...(money !== undefined && { money }),
  recreate: { url: recreateUrl, until: writtenAt + 7 * day },
  unsaved: ['SSH keys'],
  ...changes,
});

export const deleted = (changes: Partial<DeletedMail> = {}): DeletedMail => ({
  kind: 'deleted',
  writtenAt,
  rows: [deletedRow()],
  ...changes,
});

export const trouble = (changes: Partial<Trouble> = {}): Trouble => ({
  key: 'stuck/prj-9/rt-4f2a91',
  kind: 'stuck',
  since: writtenAt - 2 * hour,
  about: 'ana-notebook',
  because: 'DELETE was answered with 202 three times, and it is still listed as Running',
  usdPerHour: 2.39,
  told: [],
  ...changes,
});

export const breakerTrouble = (changes: Partial<Trouble> = {}): Trouble => {
  const { usdPerHour: _, ...rest } = trouble({
    key: 'breaker',
    kind: 'breaker',
    about: 'the fleet',
    because: 'the idle spans of 7 of 9 runtimes began within 5 minutes',
  });
  return { ...rest, ...changes };
};

export const troubles = (changes: Partial<TroubleMail> = {}): TroubleMail => ({
  kind: 'trouble',
  writtenAt,
  troubles: [trouble()],
  ...changes,
});

export const entry = (act: LedgerEntry['act'], changes: Partial<LedgerEntry> = {}): LedgerEntry => ({
  id: `prj-9/rt-4f2a91/${act}`,
  at: writtenAt - 3 * hour,
  act,
  who: { kind: 'rule', policy: 'default' },
  because: 'idle for 120 min',
  runtime: ana,
  evidence,
  ...(money !== undefined && { money }),
  ...changes,
});

export const daily = (changes: Partial<DailyMail> = {}): DailyMail => ({
  kind: 'daily',
  writtenAt,
  from: writtenAt - day,
  to: writtenAt,
  entries: [],
  observing: [],
  troubles: [],
  exemptions: [],
  endingSoon: [],
  freed: { rateStopped: 0, notSpent: 0, deletions: 0 },
  ...changes,
});

/** A day on which everything happened. */
export const fullDay = (): DailyMail => {
  const benMoney = moneyOf(1.99, 8, 117 * minute);
  return daily({
    entries: [
      entry('warned-first'),
      entry('warned-last'),
      entry('deleted'),
      entry('spared', { runtime: ben, because: 'it is in use again' }),
      entry('kept', { runtime: ben, who: { kind: 'person', recipientId: 'rcp-1' }, because: 'kept for 1 day' }),
      entry('reported', { runtime: ben, because: 'its plan is reserved: deleting it saves nothing' }),
    ],
    observing: [
      { runtime: ben, evidence, since: writtenAt - 5 * hour, ...(benMoney !== undefined && { money: benMoney }) },
    ],
    troubles: [
      trouble(),
      trouble({
        key: 'unknown/x',
        kind: 'unknown',
        about: 'cleo-batch',
        because: 'GPU use has no unit: it may be a fraction or per cent',
      }),
    ],
    exemptions: [
      { about: 'name prod-*', until: 'forever', because: 'customer demos', by: 'policy' },
      { about: 'id rt-55', until: writtenAt + 3 * day, by: 'policy' },
    ],
    endingSoon: [{ about: 'id rt-55', until: writtenAt + 3 * day, by: 'policy' }],
    freed: { rateStopped: 7.17, notSpent: 120.4, deletions: 3 },
  });
};
