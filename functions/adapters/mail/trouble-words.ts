import { oneLine } from '#adapters/look/one-line.ts';
import type { Trouble, TroubleKind } from '#domain/guardrails/trouble.ts';

/** `name`: what the trouble is called; `what`: what is the matter; `todo`: what the operator can do about it. */
type Words = { readonly name: string; readonly what: string; readonly todo: string };

/** Most urgent first: what bills although it should not, then what stops everything, then the rest. */
const words: Readonly<Record<TroubleKind, Words>> = {
  stuck: {
    name: 'Still billing',
    what: 'It was asked to be deleted and is still there.',
    todo: 'Delete it in the console, or ask the support of the provider. GPU Warden goes on trying.',
  },
  reappeared: {
    name: 'Back and billing again',
    what: 'It was deleted, and the provider shows it again.',
    todo: 'See in the console whether somebody made it again, and delete it there if not. GPU Warden treats it as a new runtime.',
  },
  breaker: {
    name: 'Deletions are stopped',
    what: 'Many runtimes turned idle at the same time, as if the provider reported zero for all. Until you say so nothing is deleted and nobody warned.',
    todo: 'Look at some of them. If they really are idle, go on with the link; if they work, tell the provider that its metrics are wrong and leave it as it is.',
  },
  unreachable: {
    name: 'Nobody could be told',
    what: 'It is idle, and no address takes a warning for it. So it is not deleted and bills on.',
    todo: 'Name an owner or a fallback in warden.config.ts whose address takes mail, and see whether the mail service suppresses one of the addresses.',
  },
  unknown: {
    name: 'Use not known',
    what: 'Its readings have been unknown for hours. It is not deleted, busy or not.',
    todo: 'See whether the console shows its metrics, and whether it is used at all.',
  },
  'not-running': {
    name: 'Not running',
    what: 'It has not been running for more than an hour. It is not touched, and it may bill.',
    todo: 'See in the console what keeps it from running; delete it there if nobody needs it.',
  },
  suppressed: {
    name: 'An address gets no mail any more',
    what: 'A mail to it bounced for good or was called spam, so nothing more is sent to it. Warnings go to whoever is next; watches for it tell nobody.',
    todo: 'Mend the address, or name another one in warden.config.ts. Once it takes mail again, say so with “npm run unsuppress”.',
  },
  'mail-returned': {
    name: 'A mail came back',
    what: 'A mail to this address came back, and nobody else is sent it. Out-of-office answers look the same.',
    todo: 'Ask whether it arrived, and why not: a full mailbox is a usual cause. The address is still written to.',
  },
};

const kinds = Object.keys(words);

/** Standing ones before those that are over, and the most urgent first. */
export const mostUrgentFirst = (a: Trouble, b: Trouble): number =>
  Number(a.overAt !== undefined) - Number(b.overAt !== undefined) ||
  kinds.indexOf(a.kind) - kinds.indexOf(b.kind) ||
  (b.usdPerHour ?? 0) - (a.usdPerHour ?? 0) ||
  a.since - b.since;

export const wordsOf = ({ kind }: Trouble): Words => words[kind];

/** Whether a trouble is about an address. No title names it: subjects are logged. */
export const isAboutAddress = ({ kind }: Trouble): boolean => kind === 'suppressed' || kind === 'mail-returned';

/** `Still billing: ana-notebook`, `“Still billing” is over: ana-notebook`; what is about everything needs no name. */
export const troubleTitle = (trouble: Trouble): string => {
  const { name } = wordsOf(trouble);
  const what = trouble.overAt === undefined ? name : `“${name}” is over`;
  return trouble.kind === 'breaker' || isAboutAddress(trouble) ? what : `${what}: ${oneLine(trouble.about, 80)}`;
};
