import * as z from 'zod/mini';
import { mappingSettings } from '#adapters/provider/mappings.ts';
import { api, issuerAndAudience } from './api.ts';
import { creating, spendingLimited } from './creating.ts';
import { deployment, looksFit, runs } from './deployment.ts';
import {
  address,
  atMostEach,
  described,
  distinct,
  httpAddress,
  sameText,
  text,
  timeZone,
  wholeNumber,
} from './field.ts';
import { projectsLookedAfter } from './guard-projects.ts';
import { guardrails } from './guardrails.ts';
import { identityChoice, identityMadeOnce } from './sender-identity.ts';
import { sameWatch, toldAddress, watch } from './watch.ts';

const stageName = () =>
  z.string().check(
    z.regex(/^[a-z][a-z0-9-]{0,19}$/, {
      error: 'a stage name: small letters, digits and hyphens, at most 20, a letter first',
    }),
  );

const provider = z.strictObject({
  runtimesUrl: described(
    'Base address of the runtimes and templates service.',
    z._default(httpAddress(), 'https://api.ai.neevcloud.com/gpu'),
  ),
  inventoryUrl: described(
    'Base address of the inventory service; may be the same as `runtimesUrl`.',
    z._default(httpAddress(), 'https://api.ai.neevcloud.com/inventory'),
  ),
  tenantUrl: described(
    'Base address of the tenant service, which turns e-mail and password into a token. Not called with an access token.',
    z._default(httpAddress(), 'https://api.ai.neevcloud.com/tenant'),
  ),
  consoleUrl: described(
    "Address of the provider's console, for the links in mails.",
    z._default(httpAddress(), 'https://ai.neevcloud.com'),
  ),
  organisation: described('Id of your organisation at the provider, `org-…`.', text('an organisation id, org-…')),
  projects: described(
    'Ids of the projects that are looked after, `prj-…`; at least one.',
    z
      .array(described('Project id.', text('a project id, prj-…')), { error: 'a list of at least one project id' })
      .check(z.minLength(1), distinct(sameText)),
  ),
  callsAtOnce: described('Most calls to the provider under way at one moment.', z._default(wholeNumber(1, 100), 10)),
  callsPerSecond: described('Most calls to the provider begun in one second.', z._default(wholeNumber(1, 1000), 20)),
  callTimeoutSeconds: described('Seconds after which a call is given up.', z._default(wholeNumber(1, 60), 10)),
  mappings: described(
    "How the provider's answers are read where their shape is not published. The defaults read the likely shapes.",
    z.prefault(mappingSettings, {}),
  ),
});

const mail = z.strictObject({
  sender: described('Mail address that notices come from; the mail service must have verified it.', address()),
  identity: described(
    'What verifies the sender in Amazon SES: an identity that is there already (the address or a domain of it), or one that the deployment makes: of the address, which is then mailed a link to confirm, or of its domain, whose DNS then needs records.',
    z._default(identityChoice(), 'existing'),
  ),
  operator: described('Mail address of whoever runs GPU Warden: troubles and daily summaries go there.', address()),
  timeZone: described(
    'IANA time zone in which mails write their times, such as `Asia/Kolkata`.',
    z._default(timeZone(), 'UTC'),
  ),
});

const availability = z.strictObject({
  pollSeconds: described(
    'Seconds from one look at the inventory to the next.',
    z._default(z.literal([15, 20, 30, 60]), 60),
  ),
  mailsPerHour: described(
    'Most availability mails to one recipient in an hour; the last says when the rest follows, in one mail.',
    z._default(wholeNumber(1, 100), 10),
  ),
  readRequestsMinutes: described(
    "Minutes from one look at the account's own notification requests at the provider to the next.",
    z._default(wholeNumber(1, 15), 5),
  ),
  upstreamTo: described(
    "Mail address that is told of the account's own requests at the provider, which carry none. Missing: `mail.operator`.",
    z.exactOptional(address()),
  ),
  registerUpstream: described(
    'Whether a watch that the HTTP API makes for one config in one region is also registered at the provider, which then mails the account too.',
    z._default(z.boolean(), false),
  ),
  watches: described(
    'Who wants to know of what. A watch lives as long as it is listed here; a changed one is a new one.',
    z._default(
      z
        .array(watch, { error: 'a list of watches' })
        // All watches of one address are one item in the table, and so is the list of all; an item holds at most 400 KB.
        .check(distinct(sameWatch), atMostEach(200, toldAddress, 'watches for one address'), z.maxLength(4000)),
      [],
    ),
  ),
});

/** Everything a user may set; `warden.config.ts` holds it. */
export const settingsSchema = described(
  'Settings of GPU Warden.',
  z
    .strictObject({
      stages: described(
        'Names of the copies of GPU Warden that can be deployed side by side, such as `prod` and `test`; the stack of `prod` is `gpu-warden-prod`.',
        z._default(
          z
            .array(described('Stage name.', stageName()), { error: 'a list of at least one stage name' })
            .check(z.minLength(1), distinct(sameText)),
          ['prod'],
        ),
      ),
      provider: described('The GPU cloud: where it answers, what of it is yours, how hard it may be asked.', provider),
      mail: described('Who writes and who is responsible.', mail),
      availability: described(
        'Job 1, availability alerts: how often to look and whom to tell.',
        z.prefault(availability, {}),
      ),
      guardrails: described(
        'Job 2, cost guardrails: what is idle, who is warned, what is deleted. With examples: docs/policies.md.',
        z.prefault(guardrails, {}),
      ),
      api: described('The HTTP API: who may use it. See docs/api.md.', z.prefault(api, {})),
      creating: described(
        'Making runtimes: off unless allowed, and never above a spending limit. See docs/api.md.',
        z.prefault(creating, {}),
      ),
      runs: described("How a run of one minute keeps out of the next one's way.", z.prefault(runs, {})),
      deployment: described('What `cdk deploy` makes beside the functions.', z.prefault(deployment, {})),
    })
    .check(projectsLookedAfter, identityMadeOnce, looksFit, issuerAndAudience, spendingLimited),
);

/** Settings as the handlers see them, defaults filled in. */
export type Settings = z.output<typeof settingsSchema>;
export type { SettingsInput } from './settings-input.ts';
