import type { Report } from '#domain/event.ts';

/** Why the provider cannot be asked yet, and what to do about it; undefined where it can. Throws where nobody can know. */
export type MissingCredential = () => Promise<string | undefined>;

/** Whether there is a credential. Until somebody sets it, a run does nothing, says so, and is no failure. */
export const hasCredential = async (world: {
  readonly missingCredential: MissingCredential;
  readonly report: Report;
}): Promise<boolean> => {
  const because = await world.missingCredential();
  if (because !== undefined) world.report({ event: 'credential-missing', because });
  return because === undefined;
};
