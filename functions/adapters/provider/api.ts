import type { Mappings } from './mappings.ts';
import type { Redact } from './redaction.ts';
import type { Send } from './send.ts';

/** What every endpoint needs: where to, for whom, how to read, and a way to send. Addresses end without a slash. */
export type Api = {
  readonly send: Send;
  readonly redact: Redact;
  readonly organisation: string;
  readonly runtimesUrl: string;
  readonly inventoryUrl: string;
  readonly mappings: Mappings;
};

const wholeSegment = /^(?!\.{1,2}$)[\w.~@:-]+$/;

/**
 * An address below a base. An id that is no whole path segment is refused, because an empty one or `..` would address
 * something else: what was meant for one runtime must not reach the list of all.
 */
export const addressOf = (base: string, path: readonly string[]): URL => {
  const wrong = path.find((segment) => !wholeSegment.test(segment));
  if (wrong !== undefined) throw new TypeError(`${JSON.stringify(wrong)} is no id: it cannot stand in an address`);
  return new URL(`${base}/${path.join('/')}`);
};
