import type { Breaker } from '#domain/guardrails/breaker.ts';
import type { RuntimeCase, Warning } from '#domain/guardrails/runtime-case.ts';
import type { SavedRuntime } from '#domain/guardrails/saved-runtime.ts';
import type { WarningRecord } from '#domain/guardrails/warning-record.ts';
import { day, hour, minute } from '#domain/time.ts';

/** Monday, 2 November 2026, 09:00 UTC; 14:30 in Kolkata. */
export const now = Date.UTC(2026, 10, 2, 9);
export const project = 'prj-42';
export const deleteAt = now + 15 * minute;

const warning = (step: Warning['step'], counted: number): Warning => ({
  step,
  owedAt: counted - minute,
  notBefore: counted - minute,
  deleteAt,
  ahead: step === 'last' ? 15 * minute : 0,
  to: ['ada@example.com', 'operator@example.com'],
  level: 0,
  mail: 'sent',
  mailId: step === 'last' ? 'mail-1' : 'mail-0',
  counted,
});

/** A runtime that was warned about twice and is to be deleted in 15 minutes. */
export const warnedCase = (id = 'rt-1', change: Partial<RuntimeCase> = {}): RuntimeCase => ({
  project,
  id,
  name: `ada-${id}`,
  ground: 'g',
  episode: {
    id: `episode-${id}`,
    since: now - 2 * hour,
    keepAtMost: 7 * day,
    first: warning('first', now - hour),
    last: warning('last', now - minute),
  },
  named: deleteAt,
  firstWarnedAt: now - hour,
  outbox: [],
  ...change,
});

/** The same, warned about under a policy that lets it be kept for so many milliseconds at most. */
export const keepableFor = (keepAtMost: number, id?: string): RuntimeCase => {
  const { episode, ...kase } = warnedCase(id);
  return { ...kase, episode: { id: `episode-${kase.id}`, since: now, ...episode, keepAtMost } };
};

/** What the mail about these runtimes named. */
export const recordOf = (...cases: readonly RuntimeCase[]): WarningRecord => ({
  mailId: 'mail-1',
  recipientId: 'r-ada',
  writtenAt: now - minute,
  rows: cases.map(({ id, name, episode, ...kase }) => ({
    project: kase.project,
    id,
    name,
    episodeId: episode?.id ?? '',
    deleteAt,
  })),
});

export const openBreaker: Breaker = {
  open: { id: 'breaker-7', at: now - hour, from: now - 70 * minute, to: now - 66 * minute, runtimes: 7, fleet: 9 },
  covered: [],
  outbox: [],
};

/** What the emulator offers in plenty: 4 of these are free. */
export const rtx = 'gpu-rtx5090-32g-16cpu-96g';

export const savedRuntime = (inProject: string, change: Partial<SavedRuntime> = {}): SavedRuntime => ({
  id: 'saved-1',
  runtime: { project: inProject, id: 'rt-1' },
  savedAt: now - hour,
  expiresAt: now - hour + 7 * day,
  spec: {
    name: 'ada-notebook',
    region: 'as-south-1',
    templateId: 'tpl-jupyterlab-pytorch',
    gpuConfigId: rtx,
    gpuCount: 2,
    planId: 'gpu-rtx5090-on-demand-1h',
    sshKeys: ['ssh-ed25519 AAAA ada'],
  },
  unsaved: ['storage'],
  usdPerHour: 1.96,
  recreation: { state: 'available' },
  ...change,
});
