import { nameWords } from '#adapters/look/one-line.ts';
import type { AvailabilityRow, MailSettings } from '#domain/notice.ts';

/** A template that every account can use; an example, which the reader will replace by their own. */
const exampleTemplate = 'tpl-jupyterlab-pytorch';

/**
 * The usual form of an on-demand plan's id, taken from the config's: `gpu-h200-141g-20cpu-192g` gives
 * `gpu-h200-on-demand-1h`. The provider publishes no list of plans, so the mail says that it is the usual form.
 */
export const usualPlanId = ({ configId, gpuModel }: Pick<AvailabilityRow['offer'], 'configId' | 'gpuModel'>): string =>
  `gpu-${shortModel(configId, gpuModel)}-on-demand-1h`;

const shortModel = (configId: string, gpuModel: string): string =>
  /^gpu-([a-z0-9]+)(?:-|$)/i.exec(configId)?.[1] ?? (gpuModel.toLowerCase().match(/[a-z0-9]+/g) ?? ['model']).join('-');

/**
 * A `curl` that rents the row's offer, to be pasted into a POSIX shell: `POST …/airuntimes` with the token from
 * `$NEEVCLOUD_TOKEN`. Everything that came from outside stands in single quotes, so the shell runs none of it.
 */
export const apiCall = ({ offer, gpus }: Pick<AvailabilityRow, 'offer' | 'gpus'>, settings: MailSettings): string => {
  const organisation = encodeURIComponent(settings.organisation);
  const project = encodeURIComponent(settings.project);
  const url = `${settings.runtimesUrl}/api/v1beta1/orgs/${organisation}/projects/${project}/airuntimes`;
  const configId = nameWords(offer.configId);
  const body = {
    name: `my-${shortModel(configId, nameWords(offer.gpuModel))}`,
    region: nameWords(offer.region),
    gpuConfigID: configId,
    gpuCount: gpus,
    planId: usualPlanId({ configId, gpuModel: nameWords(offer.gpuModel) }),
    templateID: exampleTemplate,
  };
  return [
    `curl -X POST ${quoted(url)} \\`,
    `  -H "Authorization: Bearer $NEEVCLOUD_TOKEN" \\`,
    `  -H 'Content-Type: application/json' \\`,
    `  -d ${quoted(JSON.stringify(body, undefined, 2).replaceAll('\n', '\n  '))}`,
  ].join('\n');
};

const quoted = (argument: string): string => `'${argument.replaceAll("'", "'\\''")}'`;
