import type { LinkPurpose } from '#adapters/links.ts';

/** The paths under which the links' pages are reached, without the slash: one for each purpose of a link. */
export const linkRoutes = [
  'unsubscribe',
  'confirm',
  'keep',
  'keep-all',
  'rearm',
  'recreate',
] as const satisfies readonly LinkPurpose[];
