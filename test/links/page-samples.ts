import { confirmedPage, confirmPage, declinedPage, notAskedPage } from '#adapters/pages/confirm.ts';
import {
  keepAllPage,
  keepLimitPage,
  keepPage,
  keptPage,
  notIdleAnyMorePage,
  tooLatePage,
} from '#adapters/pages/keep.ts';
import { errorPage, expiredLinkPage, invalidLinkPage } from '#adapters/pages/link-faults.ts';
import type { Page } from '#adapters/pages/page.ts';
import { notOpenPage, rearmedPage, rearmPage } from '#adapters/pages/rearm.ts';
import {
  notRecreatablePage,
  type Recreatable,
  recreatedPage,
  recreatePage,
  recreationExpiredPage,
  unclearPage,
} from '#adapters/pages/recreate.ts';
import type { KeepChoice, ToldRuntime } from '#domain/guardrails/runtime-notice.ts';
import { day, hour, minute } from '#domain/time.ts';

/** Tue 3 Mar 2026, 14:05 UTC */
export const now = Date.UTC(2026, 2, 3, 14, 5);
export const timeZone = 'Asia/Kolkata';
export const choices: readonly KeepChoice[] = ['4h', '1d', '7d'];

export const ana: ToldRuntime = {
  project: 'prj-9',
  id: 'rt-4f2a91',
  name: 'ana-notebook',
  region: 'as-south-1',
  gpuModel: 'H200',
  gpus: 1,
};
export const ben: ToldRuntime = { ...ana, id: 'rt-77c0d3', name: 'ben-train-8x', gpus: 8 };

export const again = (changes: Partial<Recreatable> = {}): Recreatable => ({
  name: 'ana-notebook',
  gpuConfigId: 'gpu-h200-141g-20cpu-192g',
  gpus: 1,
  planId: 'gpu-h200-on-demand-1h',
  region: 'as-south-1',
  template: 'tpl-jupyterlab-pytorch',
  volume: 'a new network volume of 100 GB',
  usdPerHour: 2.39,
  unsaved: ['SSH keys'],
  until: now + 7 * day,
  timeZone,
  ...changes,
});

const deleteAt = now + 40 * minute;
const openBreaker = { openedAt: now, runtimes: 7, fleet: 9, from: now - 5 * minute, to: now - minute, timeZone };

/** Every page of job 2's links and of confirming an address, and those that tell what is wrong with a link. */
export const linkPages: readonly (readonly [string, Page])[] = [
  ['keep', keepPage({ runtime: ana, deleteAt, choices, preselected: '1d', timeZone })],
  ['kept before', keepPage({ runtime: ana, deleteAt, keptUntil: now + day, choices, timeZone })],
  [
    'keep all',
    keepAllPage({
      runtimes: [
        { runtime: ana, deleteAt },
        { runtime: ben, keptUntil: now + day },
      ],
      choices,
      timeZone,
    }),
  ],
  ['kept', keptPage({ runtimes: [ana], until: now + 4 * hour, timeZone })],
  [
    'kept some',
    keptPage({
      runtimes: [ana, ben],
      until: now + 4 * hour,
      timeZone,
      notKept: [{ runtime: ben, because: 'it is being deleted' }],
    }),
  ],
  ['in use again', notIdleAnyMorePage([ana])],
  ['deleting', tooLatePage('deleting')],
  ['gone', tooLatePage('gone')],
  ['keep limit', keepLimitPage(['4h', '1d'])],
  ['keep never', keepLimitPage([])],
  ['rearm', rearmPage(openBreaker)],
  ['rearmed', rearmedPage()],
  ['not open', notOpenPage()],
  ['confirm', confirmPage({ address: 'team@example.com', askedBy: 'ann@example.com', askedAt: now, timeZone })],
  ['confirmed', confirmedPage({ address: 'team@example.com', askedBy: 'ann@example.com' })],
  ['declined', declinedPage()],
  ['not asked', notAskedPage()],
  ['recreate', recreatePage(again())],
  ['recreate refused', recreatePage(again({ refusedBecause: 'no capacity in as-south-1' }))],
  ['recreated', recreatedPage({ name: 'ana-notebook-k3x9qa', runtimeId: 'rt-9b1' })],
  ['unclear', unclearPage('ana-notebook-k3x9qa')],
  ['recreation expired', recreationExpiredPage()],
  ['not recreatable', notRecreatablePage(['config', 'plan'])],
  ['expired', expiredLinkPage()],
  ['malformed', invalidLinkPage('malformed')],
  ['forged', invalidLinkPage('forged')],
  ['error', errorPage('req-7')],
];
