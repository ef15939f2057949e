import * as z from 'zod/mini';
import { mappingSettings } from '#adapters/provider/mappings.ts';

const text = () => z.string().check(z.trim(), z.minLength(1));
const address = () => z.email().check(z.maxLength(254));
const wholeNumber = (least: number, most: number) => z.int().check(z.gte(least), z.lte(most));
const httpAddress = () =>
  z.url({ protocol: /^https?$/, error: 'an http or https address, such as https://api.example.com/gpu' });
const timeZone = () =>
  z.string().check(
    z.refine((name) => Intl.supportedValuesOf('timeZone').includes(name) || name === 'UTC', {
      error: 'an IANA time zone, such as Asia/Kolkata or UTC',
    }),
  );

const provider = z.strictObject({
  runtimesUrl: z._default(httpAddress(), 'https://api.ai.neevcloud.com/gpu'),
  inventoryUrl: z._default(httpAddress(), 'https://api.ai.neevcloud.com/inventory'),
  tenantUrl: z._default(httpAddress(), 'https://api.ai.neevcloud.com/tenant'),
  consoleUrl: z._default(httpAddress(), 'https://ai.neevcloud.com'),
  organisation: text(),
  projects: z.array(text()).check(z.minLength(1)),
  callsAtOnce: z._default(wholeNumber(1, 100), 10),
  callsPerSecond: z._default(wholeNumber(1, 1000), 20),
  callTimeoutSeconds: z._default(wholeNumber(1, 60), 10),
  mappings: z.prefault(mappingSettings, {}),
});

const mail = z.strictObject({
  sender: address(),
  operator: address(),
  timeZone: z._default(timeZone(), 'UTC'),
});

/** A wish to be told. Exact when `region` and `configId` are both given, otherwise by description; nothing given means any. */
const watch = z.strictObject({
  to: address(),
  region: z.optional(text()),
  configId: z.optional(text()),
  model: z.optional(text()),
  vendor: z.optional(text()),
  vramMinGib: z.optional(wholeNumber(1, 10_000)),
  vramMaxGib: z.optional(wholeNumber(1, 10_000)),
  gpus: z._default(wholeNumber(1, 1024), 1),
  maxPricePerGpuHour: z.optional(z.number().check(z.positive())),
  notify: z._default(z.enum(['once', 'every']), 'once'),
  until: z.optional(z.union([z.iso.date(), z.iso.datetime({ offset: true })])),
});

const availability = z.strictObject({
  pollSeconds: z._default(z.literal([15, 20, 30, 60]), 60),
  mailsPerHour: z._default(wholeNumber(1, 100), 10),
  readRequestsMinutes: z._default(wholeNumber(1, 60), 5),
  upstreamTo: z.optional(address()),
  watches: z._default(z.array(watch), []),
});

/** Everything a user may set; `warden.config.ts` holds it. */
export const settingsSchema = z.strictObject({
  stages: z._default(z.array(z.string().check(z.regex(/^[a-z][a-z0-9-]{0,19}$/))).check(z.minLength(1)), ['prod']),
  provider,
  mail,
  availability: z.prefault(availability, {}),
});

/** Settings as the user writes them, defaults left out. */
export type SettingsInput = z.input<typeof settingsSchema>;
/** Settings as the handlers see them, defaults filled in. */
export type Settings = z.output<typeof settingsSchema>;
