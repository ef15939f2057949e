import { type Instant, minute } from '#domain/time.ts';
import { Unauthorized } from './errors.ts';

/** The bearer token of the moment, shared by all calls. */
export type Bearer = {
  readonly token: () => Promise<string>;
  /** A token other than the refused one, or undefined where there is none to be had. */
  readonly renew: (refused: string) => Promise<string | undefined>;
  /** Makes sure that the refused token is not used again, without waiting for another. */
  readonly forget: (refused: string) => void;
  /** Says that a token which was renewed for a call was refused as well: renewing is no help, for a minute. */
  readonly giveUp: (renewed: string) => void;
};

/** What was refused is not tried again for so long: a thousand calls with a wrong password lock an account. */
const holdOff = minute;

/**
 * Keeps a token and lets one caller at a time obtain the next, however many wait for it. `obtain` gives a new token, or
 * rejects; it knows no caller, so that one caller's abort does not take the token from the others. `edition` grows when the
 * credential became another: no token of an earlier one is used then, and none of its refusals counts.
 */
export const createBearer = (
  obtain: () => Promise<string>,
  clock: () => Instant,
  edition: () => number = () => 0,
): Bearer => {
  let current: string | undefined;
  let currentEdition = edition();
  let flight: Promise<string> | undefined;
  let refusal: { readonly error: Unauthorized; readonly until: Instant } | undefined;
  let hopeless: { readonly token: string; readonly until: Instant } | undefined;

  const fly = async (): Promise<string> => {
    try {
      current = await obtain();
      return current;
    } catch (error) {
      if (error instanceof Unauthorized) refusal = { error, until: clock() + holdOff };
      throw error;
    } finally {
      // To obtain one may mean to read the credential, which shows only then that it is another.
      currentEdition = edition();
      flight = undefined;
    }
  };

  const dropEarlier = (): void => {
    if (currentEdition === edition()) return;
    currentEdition = edition();
    current = undefined;
    refusal = undefined;
    hopeless = undefined;
  };

  const token = (): Promise<string> => {
    dropEarlier();
    if (current !== undefined) return Promise.resolve(current);
    if (refusal !== undefined && clock() < refusal.until) return Promise.reject(refusal.error);
    flight ??= fly();
    return flight;
  };

  const forget = (refused: string): void => {
    if (current === refused) current = undefined;
  };

  const giveUp = (renewed: string): void => {
    hopeless = { token: renewed, until: clock() + holdOff };
  };

  const renew = async (refused: string): Promise<string | undefined> => {
    if (hopeless?.token === refused && clock() < hopeless.until) return undefined;
    forget(refused);
    const renewed = await token();
    if (renewed !== refused) return renewed;
    // Read again, and still the same: not to be read again by each of the calls that it fails.
    giveUp(refused);
    return undefined;
  };

  return { token, renew, forget, giveUp };
};
