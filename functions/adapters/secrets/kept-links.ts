import {
  createLinks,
  type LinkKey,
  type LinkMaker,
  type LinkPurpose,
  type Links,
  type TokenReading,
} from '#adapters/links.ts';
import { type Instant, minute, second } from '#domain/time.ts';
import type { KeptParameter } from './kept-parameter.ts';
import { linkKeysIn } from './link-keys.ts';

/** Links whose keys may change while we run. */
export type KeptLinks = {
  /** Makes links with the key that signs at present. Throws where no keys are known. */
  readonly current: () => Promise<LinkMaker>;
  /** Reads a token, with a key that was made a moment ago too. Throws where no keys are known. */
  readonly readToken: <P extends LinkPurpose>(token: string, purpose: P, now: Instant) => Promise<TokenReading<P>>;
};

/** A key that was put in front signs so long afterwards at the latest. */
const lookedAtEvery = 5 * minute;
/** Whoever makes tokens up has the keys read no more often than this. */
const unknownKeyEvery = 10 * second;

/** Links by keys in a parameter. */
export const createKeptLinks = (parameter: KeptParameter, baseUrl: string): KeptLinks => {
  let made: { readonly from: string | undefined; readonly links: Links } | undefined;

  const linksOf = (value: string | undefined): Links => {
    if (made === undefined || made.from !== value) {
      made = { from: value, links: createLinks({ keys: linkKeysIn(value, parameter.name), baseUrl }) };
    }
    return made.links;
  };

  const currentLinks = async () => linksOf(await parameter.recent(lookedAtEvery));

  return {
    current: currentLinks,
    readToken: async (token, purpose, now) => {
      const links = await currentLinks();
      if (!links.isKeyUnknown(token)) return links.readToken(token, purpose, now);
      return linksOf(await parameter.recent(unknownKeyEvery)).readToken(token, purpose, now);
    },
  };
};

/** Links by keys that never change. */
export const fixedLinks = (options: { readonly keys: readonly LinkKey[]; readonly baseUrl: string }): KeptLinks => {
  const links = createLinks(options);
  return {
    current: async () => links,
    readToken: async (token, purpose, now) => links.readToken(token, purpose, now),
  };
};
