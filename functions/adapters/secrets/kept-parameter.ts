import type { Report } from '#domain/event.ts';
import { type Instant, second } from '#domain/time.ts';

/** A parameter's value, remembered so that not every use of it reads it. */
export type KeptParameter = {
  readonly name: string;
  /**
   * The value as it was read less than so many milliseconds ago; undefined where there is no such parameter. Where a value is
   * remembered but cannot be read anew, the old one goes on counting, and the failure is reported.
   */
  readonly recent: (maxAge: number) => Promise<string | undefined>;
  /** The value as it is now; undefined where there is no such parameter. */
  readonly fresh: () => Promise<string | undefined>;
  /** The value as it was read last, without looking; undefined where nothing was. */
  readonly remembered: () => string | undefined;
  /** Grows whenever another value than the remembered one was read. */
  readonly edition: () => number;
};

export type KeptParameterParts = {
  readonly name: string;
  /** Reads the value as it is now, or throws. */
  readonly read: () => Promise<string | undefined>;
  readonly clock: () => Instant;
  readonly report: Report;
};

/** What failed is not tried again for so long: a service in trouble is not asked by every request. */
const holdOff = 10 * second;

export const createKeptParameter = ({ name, read, clock, report }: KeptParameterParts): KeptParameter => {
  let known: { readonly value: string | undefined; readonly readAt: Instant } | undefined;
  let failed: { readonly error: unknown; readonly until: Instant } | undefined;
  let flight: Promise<string | undefined> | undefined;
  let reported: unknown;
  let editions = 0;

  const fly = async (): Promise<string | undefined> => {
    const readAt = clock();
    try {
      const value = await read();
      if (value !== known?.value) editions += 1;
      known = { value, readAt };
      failed = undefined;
      return value;
    } catch (error) {
      failed = { error, until: clock() + holdOff };
      throw error;
    } finally {
      flight = undefined;
    }
  };

  const fresh = (): Promise<string | undefined> => {
    flight ??= fly();
    return flight;
  };

  const reportOnce = (error: unknown): void => {
    if (error === reported) return;
    reported = error;
    report({ event: 'part-failed', part: 'secrets', because: `${String(error)} Its last value goes on counting.` });
  };

  const freshUnlessFailing = (): Promise<string | undefined> =>
    failed !== undefined && clock() < failed.until ? Promise.reject(failed.error) : fresh();

  const recent = async (maxAge: number): Promise<string | undefined> => {
    if (known !== undefined && clock() - known.readAt < maxAge) return known.value;
    try {
      return await freshUnlessFailing();
    } catch (error) {
      if (known?.value === undefined) throw error;
      reportOnce(error);
      return known.value;
    }
  };

  return { name, recent, fresh, remembered: () => known?.value, edition: () => editions };
};
