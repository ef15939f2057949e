import { readSettings } from '#adapters/configuration/define-config.ts';
import type { Settings } from '#adapters/configuration/settings.ts';
import type { EmulatorControl } from '../emulator/emulator.ts';

const h200 = 'gpu-h200-141g-20cpu-192g';
const dayAgo = 1_500;
const always = { from: 0, to: Number.MAX_SAFE_INTEGER };

/** Five runtimes, and what becomes of each. Their names begin with their owner's. */
const runtimes: readonly Parameters<EmulatorControl['addRuntime']>[0][] = [
  // In use: left alone.
  { name: 'ana-training', configId: 'gpu-a6000-48g-48cpu-128g', gpuCount: 2, metrics: { kind: 'busy' } },
  // Idle: warned twice, then deleted.
  { name: 'bob-notebook', configId: h200, metrics: { kind: 'idle' } },
  // Idle: its owner presses Keep.
  { name: 'cho-finetune', configId: 'gpu-rtxpro6000-96g-24cpu-112g', metrics: { kind: 'idle' } },
  // Its metrics fail: never touched.
  { name: 'dia-render', configId: 'gpu-a30-24g-24cpu-192g', metrics: { kind: 'idle', shape: { gaps: [always] } } },
  // Idle, but paid for in advance: only reported.
  { name: 'eva-reserved', configId: h200, planId: 'gpu-h200-reserved-1m', metrics: { kind: 'idle' } },
];

/** Whose owner presses Keep, as soon as the first warning comes. */
export const keptRuntime = 'cho-finetune';

export const addStoryRuntimes = (control: Pick<EmulatorControl, 'addRuntime'>, project: string): void => {
  for (const runtime of runtimes) control.addRuntime({ createdMinutesAgo: dayAgo, project, ...runtime });
};

/** The ladder is shorter than anybody's should be, so that all of it fits into a minute. */
export const storyGuardrails: Settings['guardrails'] = readSettings({
  provider: { organisation: 'org-story', projects: ['prj-story'] },
  mail: { sender: 'gpu-warden@example.com', operator: 'operator@example.com' },
  guardrails: {
    mode: 'enforce',
    // The clock stands still while a run works.
    sampleOffsetSeconds: 0,
    owners: [{ name: '{owner}-*', to: '{owner}@example.com' }],
    policies: [
      { name: 'story', ladder: { firstWarningAfter: '8m', lastWarningAfter: '15m', deleteAfter: '30m', lead: '15m' } },
    ],
  },
}).guardrails;

export const storyNote =
  'Idle runtimes are warned after 8 and 15 minutes and deleted after 30, so that you can watch; usually it is 60, 105 and 120.';
