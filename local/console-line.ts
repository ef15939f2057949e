import { oneLine } from '#adapters/look/one-line.ts';
import { durationWords } from '#adapters/mail/time-words.ts';
import type { Instant } from '#domain/time.ts';
import type { ConsoleEvent } from './local-event.ts';

/** How much a line wants to be seen. */
export type Tone = 'good' | 'over' | 'mail' | 'trouble' | 'quiet';

/** One thing that happened, for a person: what it is, in two words, and the rest. */
export type ConsoleLine = {
  readonly tone: Tone;
  readonly symbol: string;
  readonly what: string;
  readonly rest: string;
};

const good = (what: string, rest: string): ConsoleLine => ({ tone: 'good', symbol: '▲', what, rest });
const over = (what: string, rest: string): ConsoleLine => ({ tone: 'over', symbol: '▽', what, rest });
const mail = (what: string, rest: string): ConsoleLine => ({ tone: 'mail', symbol: '✉', what, rest });
const trouble = (what: string, rest: string): ConsoleLine => ({ tone: 'trouble', symbol: '!', what, rest });
const quiet = (what: string, rest: string): ConsoleLine => ({ tone: 'quiet', symbol: '·', what, rest });

/** `1 offer`, `2 offers` */
export const counted = (count: number, singular: string, plural = `${singular}s`): string =>
  `${count} ${count === 1 ? singular : plural}`;

/** The number of free GPUs is missing where the provider does not say it. */
const gpusFree = (gpus: number | undefined): string => (gpus === undefined ? '' : `, ${counted(gpus, 'GPU')} free`);

/** The rate is missing where the price is not known. */
const stops = (usdPerHour: number | undefined): string =>
  usdPerHour === undefined ? '' : `, $${usdPerHour.toFixed(2)} an hour less`;

/**
 * The line for an event. Words that come from the provider are made harmless: a terminal obeys control characters.
 *
 * @param clockTime writes an instant as the time of day
 */
export const consoleLine = (
  event: Exclude<ConsoleEvent, { event: 'started' | 'summary' }>,
  clockTime: (at: Instant) => string,
): ConsoleLine => {
  const line = (text: string) => oneLine(text, 200);
  switch (event.event) {
    case 'run-skipped':
      return quiet('run skipped', line(event.because));
    case 'credential-missing':
      return trouble('no credential', line(event.because));
    case 'polled':
      return quiet('polled', `${counted(event.offers, 'offer')}, ${event.rentable} rentable`);
    case 'poll-failed':
      return trouble('poll failed', line(event.because));
    case 'part-failed':
      return trouble('failed', line(`${event.part}: ${event.because}`));
    case 'listing-incomplete':
      return trouble('listing cut', line(event.because.join('; ')));
    case 'requests-unread':
      return trouble('not read', `the account's own requests: ${line(event.because)}`);
    case 'request-registered':
      return quiet('registered', line(`${event.configId} in ${event.region}, at the provider too`));
    case 'request-refused':
      return trouble('refused', line(`to register ${event.configId} in ${event.region}: ${event.because}`));
    case 'watches-changed':
      return quiet('watches', `${event.added} added, ${event.removed} removed`);
    case 'watch-unknown-config':
      return trouble('unknown', `the provider knows no config ${line(event.configId)}, for which a watch waits`);
    case 'config-unchecked':
      return trouble('not checked', `config ${line(event.configId)}: ${line(event.because)}`);
    case 'window-opened': {
      const price = `$${event.pricePerGpuHour.toFixed(2)} per GPU-hour`;
      return good('opened', `${line(`${event.gpuModel} in ${event.region}`)}${gpusFree(event.gpus)}, ${price}`);
    }
    case 'window-closed': {
      const lasted = durationWords(event.at - event.openedAt);
      return over('closed', `${line(`${event.gpuModel} in ${event.region}`)}, after ${lasted}`);
    }
    case 'watch-fired':
      return quiet('watch fired', `${line(`${event.configId} in ${event.region}`)}, for ${event.recipientId}`);
    case 'watch-expired':
      return quiet('watch ended', `it has run out, for ${event.recipientId}`);
    case 'runtime-created':
      return good('created', line(`${event.name} in ${event.project}`));
    case 'creation-refused':
      return trouble('not created', line(`for ${event.recipientId}: ${event.because}`));
    case 'creation-unclear':
      return trouble('not clear', line(`whether ${event.name} was created: ${event.because}`));
    case 'mail-sent':
      return mail('mail sent', `“${line(event.subject)}” to ${event.recipientId}`);
    case 'mail-held':
      return quiet('mail held', `for ${event.recipientId} until ${clockTime(event.until)}: ${line(event.because)}`);
    case 'mail-failed':
      return trouble(
        'not sent',
        `to ${event.recipientId}, again at ${clockTime(event.retryAt)}: ${line(event.because)}`,
      );
    case 'mail-undeliverable':
      return trouble('undeliverable', `to ${event.recipientId}: ${line(event.because)}`);
    case 'mail-returned':
      return trouble('came back', `a ${event.about} mail to ${event.recipientId}: ${line(event.because)}`);
    case 'address-suppressed':
      return trouble('suppressed', `${event.recipientId}: ${line(event.because)}`);
    case 'operator-suppressed':
      return trouble('suppressed', `the operator: ${line(event.because)}`);
    case 'address-confirmed':
      return good('confirmed', `${event.recipientId} takes alerts of ${event.personId}`);
    case 'unsubscribed':
      return over('unsubscribed', `${counted(event.watches, 'watch', 'watches')} of ${event.recipientId}`);
    case 'guarded': {
      const { idle, busy, unknown } = event;
      return quiet('guarded', `${counted(event.runtimes, 'runtime')}: ${busy} busy, ${idle} idle, ${unknown} unknown`);
    }
    case 'readings':
      return quiet('readings', line(event.packed));
    case 'runtimes-unlisted':
      return trouble('listing cut', line(`runtimes of ${event.project}: ${event.because}`));
    case 'slowed-down':
      return trouble('slowed down', line(`to ${counted(event.callsAtOnce, 'call')} at once: ${event.because}`));
    case 'runtime-unknown':
      return trouble('not readable', line(`${event.name}: ${event.because}`));
    case 'runtime-reported':
      return quiet('only reported', line(`${event.name}: ${event.because}`));
    case 'runtime-warned':
      return over(`${event.step} warning`, line(`${event.name}: to be deleted at ${clockTime(event.deleteAt)}`));
    case 'warnings-voided':
      return quiet('warning void', line(`${event.name}: ${event.because}`));
    case 'runtime-kept':
      return good('kept', line(`${event.name}: until ${clockTime(event.until)}`));
    case 'runtime-would-be-deleted':
      return over('would delete', line(`${event.name}: ${event.because}${stops(event.usdPerHour)}`));
    case 'runtime-deleting':
      return over('deleting', line(`${event.name}: ${event.because}`));
    case 'runtime-deleted':
      return over('deleted', line(`${event.name}${stops(event.usdPerHour)}`));
    case 'runtime-spared':
      return good('spared', line(`${event.name}: ${event.because}`));
    case 'runtime-stuck':
      return trouble('still billing', line(`${event.name}: ${event.because}`));
    case 'runtime-reappeared':
      return trouble('there again', line(`${event.name} was deleted, and bills again`));
    case 'runtime-recreated':
      return good('created again', line(`${event.name}, now ${event.createdId}`));
    case 'breaker-opened':
      return trouble(
        'breaker open',
        `${event.runtimes} of ${event.fleet} runtimes turned idle together; nothing is deleted`,
      );
    case 'breaker-rearmed':
      return good('breaker shut', `by ${event.recipientId}`);
    case 'job-failed':
      return trouble('failed', line(`${event.job}: ${event.because}`));
    case 'stopping':
      return quiet('stopping', line(event.because));
  }
};
