import type { LinkFactsOf } from '#adapters/links.ts';
import {
  keepAllPage,
  keepChoiceOf,
  keepLimitPage,
  keepPage,
  keptPage,
  notIdleAnyMorePage,
  tooLatePage,
} from '#adapters/pages/keep.ts';
import type { Page } from '#adapters/pages/page.ts';
import type { PageSettings } from '#adapters/pages/page-parts.ts';
import { notOpenPage, rearmedPage, rearmPage } from '#adapters/pages/rearm.ts';
import { recreatedPage, recreatePage, recreationExpiredPage, unclearPage } from '#adapters/pages/recreate.ts';
import type { KeepChoice } from '#domain/guardrails/runtime-notice.ts';
import type { SavedRuntime } from '#domain/guardrails/saved-runtime.ts';
import { type KeepWorld, keep, keepAll, viewKeep, viewKeepAll } from '#workflows/runtime-links/keep.ts';
import { type RearmWorld, rearmBreaker, viewBreaker } from '#workflows/runtime-links/rearm.ts';
import { type RecreateWorld, recreate, viewSaved } from '#workflows/runtime-links/recreate.ts';

/** What a request to a good link brought: whether it may change something, its query, and the body of a POST. */
export type LinkRequest = { readonly acts: boolean; readonly query: string; readonly form: string };

export type RuntimeLinksWorld = KeepWorld & RearmWorld & RecreateWorld & PageSettings;

const pageSettingsOf = ({ timeZone, unsafeShortLadder = false }: PageSettings): PageSettings => ({
  timeZone,
  unsafeShortLadder,
});

const preselectedIn = ({ query }: LinkRequest, choices: readonly KeepChoice[]) => {
  const preselected = keepChoiceOf(query, choices);
  return preselected === undefined ? {} : { preselected };
};

/** One runtime's Keep link. */
export const answerKeep = async (
  world: RuntimeLinksWorld,
  link: LinkFactsOf['keep'],
  request: LinkRequest,
): Promise<Page> => {
  const settings = pageSettingsOf(world);
  const view = await viewKeep(world, link);
  if (view.outcome === 'too-late') return tooLatePage(view.state);
  if (view.outcome === 'over') return notIdleAnyMorePage([]);
  if (view.choices.length === 0) return keepLimitPage([]);
  if (!request.acts) return keepPage({ ...view, ...preselectedIn(request, view.choices), ...settings });
  const choice = keepChoiceOf(request.form, view.choices);
  if (choice === undefined) return keepLimitPage(view.choices);
  const pressed = await keep(world, link, choice);
  switch (pressed.outcome) {
    case 'kept':
      return keptPage({ runtimes: [view.runtime], until: pressed.until, ...settings });
    case 'choice-too-long':
      return keepLimitPage(view.choices);
    case 'too-late':
      return tooLatePage(pressed.state);
    case 'over':
      return notIdleAnyMorePage([view.runtime]);
  }
};

/** The Keep all link of a mail with several runtimes. */
export const answerKeepAll = async (
  world: RuntimeLinksWorld,
  { mailId }: LinkFactsOf['keep-all'],
  request: LinkRequest,
): Promise<Page> => {
  const settings = pageSettingsOf(world);
  const all = await viewKeepAll(world, mailId);
  const views = all.filter((view) => view.outcome === 'keepable');
  const tooLate = all.find((view) => view.outcome === 'too-late');
  if (views.length === 0) return tooLate === undefined ? notIdleAnyMorePage([]) : tooLatePage(tooLate.state);
  const choices = views
    .map((view) => view.choices)
    .reduce((all, some) => all.filter((choice) => some.includes(choice)));
  if (choices.length === 0) return keepLimitPage([]);
  if (!request.acts) return keepAllPage({ runtimes: views, choices, ...preselectedIn(request, choices), ...settings });
  const choice = keepChoiceOf(request.form, choices);
  if (choice === undefined) return keepLimitPage(choices);
  const kept = await keepAll(world, mailId, choice);
  const until = Math.min(...kept.map((one) => one.until));
  const isKept = ({ id }: { readonly id: string }) => kept.some((one) => one.id === id);
  const runtimes = views.map(({ runtime }) => runtime);
  if (kept.length === 0) return notIdleAnyMorePage(runtimes);
  const notKept = runtimes
    .filter((runtime) => !isKept(runtime))
    .map((runtime) => ({ runtime, because: 'it was used, or its deletion began, a moment ago' }));
  return keptPage({ runtimes: runtimes.filter(isKept), until, notKept, ...settings });
};

/** The link with which the operator lets everything go on. */
export const answerRearm = async (
  world: RuntimeLinksWorld,
  { breakerId, recipientId }: LinkFactsOf['rearm'],
  { acts }: LinkRequest,
): Promise<Page> => {
  if (acts) return (await rearmBreaker(world, breakerId, recipientId)) ? rearmedPage() : notOpenPage();
  const open = await viewBreaker(world, breakerId);
  return open === undefined ? notOpenPage() : rearmPage({ ...open, openedAt: open.at, timeZone: world.timeZone });
};

const templateWords = ({ spec }: SavedRuntime) => spec.templateId ?? 'its own spec';

const volumeWords = ({ spec }: SavedRuntime) =>
  spec.storage === undefined
    ? 'a new one of 100 GB; the old one is not touched'
    : 'a new one like the old one; the old one is not touched';

const askAgain = (world: RuntimeLinksWorld, saved: SavedRuntime, refusedBecause?: string): Page => {
  const { spec, unsaved, expiresAt: until, usdPerHour, recreation } = saved;
  if (recreation.state === 'created') return recreatedPage(recreation);
  if (recreation.state === 'creating') return unclearPage(recreation.name);
  const { name, gpuConfigId, gpuCount: gpus, planId, region } = spec;
  const refused = refusedBecause ?? recreation.refusedBecause;
  return recreatePage({
    name,
    gpuConfigId,
    gpus,
    planId,
    region,
    template: templateWords(saved),
    volume: volumeWords(saved),
    unsaved,
    until,
    timeZone: world.timeZone,
    ...(usdPerHour === undefined ? {} : { usdPerHour }),
    ...(refused === undefined ? {} : { refusedBecause: refused }),
  });
};

/** The link that makes a deleted runtime again. */
export const answerRecreate = async (
  world: RuntimeLinksWorld,
  { savedId, recipientId }: LinkFactsOf['recreate'],
  { acts }: LinkRequest,
): Promise<Page> => {
  const saved = await viewSaved(world, savedId);
  if (saved === undefined) return recreationExpiredPage();
  if (!acts) return askAgain(world, saved);
  const made = await recreate(world, saved, recipientId);
  switch (made.outcome) {
    case 'created':
      return recreatedPage(made);
    case 'unclear':
      return unclearPage(saved.spec.name);
    case 'refused':
      return askAgain(world, saved, made.because);
    case 'expired':
      return recreationExpiredPage();
  }
};
