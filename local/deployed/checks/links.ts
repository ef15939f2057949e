import { oneLine } from '#adapters/look/one-line.ts';
import type { Facts } from './facts.ts';
import { broken, type Judgement, joined, ok, warning } from './finding.ts';
import { article } from './runbook.ts';

/** What the address of a link answered to a GET without a token. */
export type LinkAnswer = {
  readonly status: number;
  readonly referrerPolicy: string | null;
  readonly cacheControl: string | null;
  readonly body: string;
};

/** The title of our page about a link that is cut off. */
const ourPage = /<h1>This link does not work<\/h1>/;

/** Whether links open our pages, and the pages keep the links to themselves. */
export const judgeLinks = (address: string, answer: LinkAnswer): Judgement => {
  const { status, referrerPolicy, cacheControl, body } = answer;
  const isOurs = status === 400 && ourPage.test(body);
  if (!isOurs) {
    const what = status >= 500 ? 'its function fails' : 'this is not our page';
    const seen = `${address} answers ${status} to a link that is cut off, instead of 400 and our page: ${what}`;
    return broken([seen, ...(body === '' ? [] : [`  ${oneLine(body, 160)}`])], article('function-fails'));
  }
  const open = [
    ...(referrerPolicy === 'no-referrer' ? [] : [`Referrer-Policy is ${referrerPolicy ?? 'missing'}, not no-referrer`]),
    ...(cacheControl?.includes('no-store') ? [] : [`Cache-Control is ${cacheControl ?? 'missing'}, not no-store`]),
  ];
  if (open.length > 0) {
    return broken(`link pages may give links away: ${open.join('; ')}`, article('function-fails'));
  }
  const answers = ok(`${address} answers with our page`);
  if (address.startsWith('https://')) return answers;
  return joined([answers, warning('links do not begin with https: whoever carries them can read them')]);
};

const innermost = (failure: unknown): string => {
  let reason = failure;
  while (reason instanceof Error && reason.cause !== undefined) reason = reason.cause;
  return reason instanceof Error ? reason.message : String(reason);
};

export const lookAtLinks = async (facts: Facts): Promise<Judgement> => {
  const base = facts.linksUrl ?? (await facts.output('LinksUrl'));
  const address = `${base.replace(/\/+$/, '')}/keep`;
  try {
    const answer = await facts.fetch(address, { redirect: 'manual', signal: facts.signal });
    return judgeLinks(address, {
      status: answer.status,
      referrerPolicy: answer.headers.get('referrer-policy'),
      cacheControl: answer.headers.get('cache-control'),
      body: await answer.text(),
    });
  } catch (failure) {
    const ownAddress = { words: 'If links have an address of their own, name it with --links-url URL.' };
    const seen = `${address} cannot be reached: ${oneLine(innermost(failure), 200)}`;
    return broken(seen, ownAddress, article('function-fails'));
  }
};
