import type { CreationNews } from './creating/watch-creation.ts';
import type { Offer } from './offer.ts';
import type { Instant } from './time.ts';

/** How long windows of an offer have lasted: closed ones of the last 90 days. `medianMinutes` is missing while there are none. */
export type WindowStatistics = { readonly windows: number; readonly medianMinutes?: number };

/** The state in which a window is told. Counts are numbers of GPUs; `largestBlock` is missing where it is not known. */
export type ToldWindow =
  | {
      readonly state: 'open';
      readonly openedAt: Instant;
      readonly freeGpus?: number;
      readonly largestBlock?: number;
    }
  | { readonly state: 'closed'; readonly openedAt: Instant; readonly closedAt: Instant };

/** Hardware and price of an offer as a mail shows them; the price is missing where nobody could say it. */
export type ToldOffer = Pick<
  Offer,
  'region' | 'configId' | 'gpuModel' | 'gpuVendor' | 'vramGib' | 'cpuCores' | 'memoryGib'
> & { readonly pricePerGpuHour?: number };

/** One offer in an availability mail. `gpus` is the wanted number of GPUs. */
export type AvailabilityRow = {
  readonly offer: ToldOffer;
  readonly gpus: number;
  readonly window: ToldWindow;
  readonly history: WindowStatistics;
  /** The watches that the row answers, in words (`any H100 in as-south-1`), and what becomes of each after this mail. */
  readonly watches: readonly { readonly words: string; readonly next: 'done' | 'stays' | 'creates' }[];
};

/** What came of a runtime that was to be made for a watch, which is told in words. `gpus` is the wanted number of GPUs. */
export type CreationRow = {
  readonly offer: ToldOffer;
  readonly gpus: number;
  readonly words: string;
  readonly openedAt: Instant;
  readonly news: CreationNews;
};

/** One mail to one recipient, all facts in it; rendering adds nothing but words. */
export type AvailabilityMail = {
  readonly writtenAt: Instant;
  readonly rows: readonly AvailabilityRow[];
  readonly creations: readonly CreationRow[];
  /** Watches that have run out, told once. */
  readonly expired: readonly { readonly words: string; readonly expiredAt: Instant }[];
  /** Set on the mail that reaches the hourly limit: nothing more is sent before this time, then the rest in one mail. */
  readonly restFollowsAt?: Instant;
  /** Page on which the watches named in this mail, or all of the recipient, can be ended. Also the one-click POST target. */
  readonly unsubscribeUrl: string;
};

/** Somebody who would like an address to be mailed. `askedBy` is a verified address or an issuer's id, nothing that they wrote. */
export type AskForMail = { readonly askedBy: string; readonly askedAt: Instant; readonly confirmUrl: string };

/** A mail that asks an address whether it may be mailed what others wait for. `expiresAt`: when its links stop working. */
export type ConfirmationMail = {
  readonly expiresAt: Instant;
  readonly asks: readonly [AskForMail, ...AskForMail[]];
};

/** What a mail needs to know of the settings. Addresses are without a trailing slash. */
export type MailSettings = {
  readonly timeZone: string;
  readonly consoleUrl: string;
  readonly runtimesUrl: string;
  readonly organisation: string;
  readonly project: string;
  /** The ladder may be shorter than is safe: every mail about runtimes says so. */
  readonly unsafeShortLadder?: boolean;
};

/** A mail in the words of a mail service. Header names are unique. */
export type RenderedMail = {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly headers: readonly { readonly name: string; readonly value: string }[];
};

/** What became of a mail at the mail service. `failed` may succeed later, `refused` will not until something changes. */
export type SendResult =
  | { readonly result: 'accepted'; readonly messageId: string }
  | { readonly result: 'failed' | 'refused'; readonly because: string };

/** Which watches an unsubscribe link speaks of: those that its mail named, or all of its recipient. */
export type UnsubscribeScope = 'these' | 'all';
