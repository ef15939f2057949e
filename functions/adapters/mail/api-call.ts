import { nameWords } from '#adapters/look/one-line.ts';
import type { AvailabilityRow, MailSettings } from '#domain/notice.ts';
import { shortModel, usualPlanId } from '#domain/usual-plan.ts';

/** A template that every account can use; an example, which the reader will replace by their own. */
const exampleTemplate = 'tpl-jupyterlab-pytorch';

/**
 * A `curl` that rents the row's offer, to be pasted into a POSIX shell: `POST …/airuntimes` with the token from
 * `$NEEVCLOUD_TOKEN`. Everything that came from outside stands in single quotes, so the shell runs none of it.
 */
export const apiCall = ({ offer, gpus }: Pick<AvailabilityRow, 'offer' | 'gpus'>, settings: MailSettings): string => {
  const organisation = encodeURIComponent(settings.organisation);
  const project = encodeURIComponent(settings.project);
  const url = `${settings.runtimesUrl}/api/v1beta1/orgs/${organisation}/projects/${project}/airuntimes`;
  const config = { configId: nameWords(offer.configId), gpuModel: nameWords(offer.gpuModel) };
  const body = {
    name: `my-${shortModel(config)}`,
    region: nameWords(offer.region),
    gpuConfigID: config.configId,
    gpuCount: gpus,
    planId: usualPlanId(config),
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
