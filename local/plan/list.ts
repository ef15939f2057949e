import type { Settings } from '#adapters/configuration/settings.ts';
import { type Catalogue, configsOf } from '#domain/guardrails/guard-board.ts';
import type { Runtime } from '#domain/runtime.ts';
import { pricesWords, projectWords } from './plan-error.ts';
import type { ReadOnlyProvider } from './source.ts';

/** How a listing went. `cut`: not every page came, or they did not hold together; `failed`: nothing came. */
export type Listing = { readonly listing: 'whole' | 'cut' | 'failed'; readonly because: readonly string[] };

export type ListedProject = Listing & { readonly project: string; readonly runtimes: readonly Runtime[] };

const listProject = async (provider: ReadOnlyProvider, settings: Settings, project: string): Promise<ListedProject> => {
  try {
    const listing = await provider.listRuntimes(project);
    const runtimes = listing.rows.map(({ value }) => value);
    if (listing.complete) return { project, runtimes, listing: 'whole', because: [] };
    return { project, runtimes, listing: 'cut', because: listing.because };
  } catch (failure) {
    return { project, runtimes: [], listing: 'failed', because: [projectWords(failure, project, settings)] };
  }
};

/** Lists the runtimes of every configured project; one that cannot be listed is no other's trouble. */
export const listProjects = (provider: ReadOnlyProvider, settings: Settings): Promise<readonly ListedProject[]> =>
  Promise.all(settings.provider.projects.map((project) => listProject(provider, settings, project)));

/** Models and prices of all configs; without a catalogue where none could be read. */
export const readPrices = async (
  provider: ReadOnlyProvider,
  settings: Settings,
): Promise<{ readonly prices: Listing; readonly catalogue?: Catalogue }> => {
  try {
    const { askedAt, rows, ...listing } = await provider.listOffers();
    const catalogue = { askedAt, configs: configsOf(rows.map(({ value }) => value)) };
    if (listing.complete) return { prices: { listing: 'whole', because: [] }, catalogue };
    return { prices: { listing: 'cut', because: listing.because }, catalogue };
  } catch (failure) {
    return { prices: { listing: 'failed', because: [pricesWords(failure, settings)] } };
  }
};
