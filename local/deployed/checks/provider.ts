import type { Settings } from '#adapters/configuration/settings.ts';
import { oneLine } from '#adapters/look/one-line.ts';
import { ProviderError, Unauthorized } from '#adapters/provider/errors.ts';
import type { Listing } from '#domain/listing.ts';
import type { Offer } from '#domain/offer.ts';
import type { Runtime } from '#domain/runtime.ts';
import { counted } from '../../console-line.ts';
import { setTokenStep } from './credential.ts';
import type { Facts } from './facts.ts';
import { broken, type Judgement, joined, ok, type Step } from './finding.ts';
import { article } from './runbook.ts';

type ProviderSettings = Settings['provider'];

/** The innermost reason of a failure, such as `connect ECONNREFUSED 127.0.0.1:9`; nothing where there is none. */
const innermost = (failure: Error): string => {
  let reason: unknown = failure;
  while (reason instanceof Error && reason.cause !== undefined) reason = reason.cause;
  return reason instanceof Error && reason !== failure ? ` (${reason.message})` : '';
};

const mappingStep: Step = {
  words: 'Compare the answer with what is read from it, and fit provider.mappings: docs/provider-mappings.md.',
};

/** What to do where a call to the provider did not bring what was asked for, by what kind of failure it was. */
const stepFor = (failure: ProviderError, settings: ProviderSettings, setToken: Step): Step => {
  switch (failure.name) {
    case 'Unauthorized':
      return {
        ...setToken,
        words: `The credential has expired, was revoked, or is of another service. ${setToken.words}`,
      };
    case 'Refused':
      return { words: `Is provider.organisation (${settings.organisation}) the one that the credential belongs to?` };
    case 'NotFound':
      return { words: 'Look at provider.projects, provider.organisation and the addresses in the settings.' };
    case 'RateLimited':
      return { words: 'The provider is asked too often: lower provider.callsPerSecond if this stays.' };
    case 'NotUnderstood':
      return mappingStep;
    default:
      return {
        words: `Are provider.runtimesUrl (${settings.runtimesUrl}) and provider.inventoryUrl (${settings.inventoryUrl}) right, and can they be reached from here?`,
      };
  }
};

/** A call to the provider that failed, as a judgement; anything else is thrown on. */
export const providerFault = (failure: unknown, settings: ProviderSettings, setToken: Step): Judgement => {
  if (!(failure instanceof ProviderError)) throw failure;
  const refused = failure instanceof Unauthorized ? 'the provider does not accept the credential: ' : '';
  return broken(
    oneLine(`${refused}${failure.message}${innermost(failure)}`, 400),
    stepFor(failure, settings, setToken),
  );
};

const incomplete = (what: string, because: readonly string[]): Judgement =>
  broken(
    [`${what} is not whole, so that nothing is concluded from it:`, ...because.map((one) => `  ${oneLine(one, 300)}`)],
    article('provider-not-understood'),
  );

/** Whether the inventory came whole and says something. */
export const judgeInventory = (listing: Listing<Offer>): Judgement => {
  if (!listing.complete) return incomplete('the inventory', listing.because);
  if (listing.rows.length === 0) {
    return broken('the inventory came without a single offer, which counts as not whole', mappingStep);
  }
  const regions = new Set(listing.rows.map(({ value }) => value.region));
  const free = listing.rows.filter(({ value }) => (value.counts?.available ?? 0) > 0).length;
  const where = `in ${[...regions]
    .sort()
    .map((region) => oneLine(region, 40))
    .join(', ')}`;
  return ok(`${counted(listing.rows.length, 'offer')} ${where}, ${free} with GPUs free`);
};

/** What every check that asks the provider needs. */
export const askProvider = async (facts: Facts) => {
  const [provider, { provider: settings }, parameter] = await Promise.all([
    facts.provider(),
    facts.neededSettings(),
    facts.output('ProviderCredentialParameter'),
  ]);
  return { provider, settings, setToken: setTokenStep(parameter, facts.awsOptions.flags) };
};

export const lookAtInventory = async (facts: Facts): Promise<Judgement> => {
  const { provider, settings, setToken } = await askProvider(facts);
  try {
    return judgeInventory(await provider.listOffers({}, { signal: facts.signal }));
  } catch (failure) {
    return providerFault(failure, settings, setToken);
  }
};

/** Whether the runtimes of one project came whole. */
export const judgeRuntimes = (project: string, listing: Listing<Runtime>): Judgement => {
  if (!listing.complete) return incomplete(`the list of runtimes of project ${project}`, listing.because);
  const byStatus = Map.groupBy(listing.rows, ({ value }) => oneLine(value.status, 40));
  const counts = [...byStatus].map(([status, rows]) => `${rows.length} ${status}`).join(', ');
  const seen = `project ${project}: ${counted(listing.rows.length, 'runtime')}${counts === '' ? '' : ` (${counts})`}`;
  const unpriced = listing.rows.filter(({ value }) => value.gpuConfigId === undefined && value.planId === undefined);
  if (unpriced.length === 0) return ok(seen);
  return ok(
    seen,
    `${counted(unpriced.length, 'of them says', 'of them say')} neither config nor plan in the list: the detail is asked`,
  );
};

export const lookAtRuntimes = async (facts: Facts): Promise<Judgement> => {
  const { settings, setToken } = await askProvider(facts);
  const lookAt = async (project: string): Promise<Judgement> => {
    try {
      return judgeRuntimes(project, await facts.runtimesOf(project));
    } catch (failure) {
      const fault = providerFault(failure, settings, setToken);
      return { ...fault, seen: fault.seen.map((line) => `project ${project}: ${line}`) };
    }
  };
  return joined(await Promise.all(settings.projects.map(lookAt)));
};
