import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { linkEvent } from '#local/link-event.ts';
import { complaint, permanent, sesEvent } from '#local/ses-events.ts';
import type { Containers } from './containers.ts';
import type { Journal } from './journal.ts';
import type { AcceptedMail, SimulatedMail } from './mail.ts';
import type { ActPlan } from './plan.ts';
import { linksUrl } from './stage.ts';
import type { SimulatedTime } from './time.ts';

/** A link to one of our pages in a mail. */
export type MailedLink = { readonly purpose: string; readonly url: string; readonly token: string };

/** Our links in a mail's text, each once. */
export const linksIn = ({ text }: Pick<AcceptedMail, 'text'>): readonly MailedLink[] => {
  const found = new Map<string, MailedLink>();
  for (const [url, purpose = '', token = ''] of text.matchAll(
    /https:\/\/links\.example\.com\/([a-z-]+)\?token=([\w.-]+)/g,
  )) {
    found.set(url, { purpose, url, token });
  }
  return [...found.values()];
};

/** The facts in a link's token, which are there for all to read: see `functions/adapters/links.ts`. */
export const factsIn = ({ token }: Pick<MailedLink, 'token'>): readonly (string | number)[] => {
  const facts: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
  return Array.isArray(facts) ? facts : [];
};

type Options = {
  readonly containers: Containers;
  readonly journal: Journal;
  readonly mail: SimulatedMail;
  readonly time: SimulatedTime;
};

/** The text of a page that tells what came of a request, without its frame. */
const wordsOf = (body: string): string => /<h1[^>]*>([^<]*)/.exec(body)?.[1]?.trim() ?? body.slice(0, 60);

/** Everybody who gets our mails, and what comes of them. */
export const createPeople = ({ containers, journal, mail, time }: Options) => {
  const visit = async (act: string, method: 'GET' | 'POST', link: MailedLink, form?: string): Promise<void> => {
    const ending = await containers.invoke('links', linkEvent(method, link.url, form), { method });
    const { statusCode = 0, body = '' } =
      ending.outcome === 'done' ? (ending.answer as APIGatewayProxyStructuredResultV2) : { statusCode: 502 };
    journal.note({ kind: 'acted', act, method, link: link.url, status: statusCode, page: wordsOf(body) });
  };

  /** The newest mail that has a link of that purpose, or an older one. */
  const findLink = (purpose: string, of: number): MailedLink | undefined => {
    const links = mail.accepted().flatMap((each) => linksIn(each).filter((link) => link.purpose === purpose));
    return links.at(-1 - (of % Math.max(1, links.length)));
  };

  const comesBack = async (act: 'bounce' | 'complaint', of: number): Promise<void> => {
    const all = mail.accepted();
    const one = all.at(-1 - (of % Math.max(1, all.length)));
    if (one === undefined) return;
    journal.note({ kind: 'world', what: `a ${act} of the mail "${one.subject}" to ${one.to}` });
    const sent = { to: one.to, sentAt: one.at, identity: one.tags as never };
    const event = sesEvent(sent, act === 'bounce' ? permanent : complaint, time.now());
    // Lambda tries an event again twice, a minute and then two minutes later.
    for (const wait of [0, 60_000, 120_000]) {
      await time.sleep(wait);
      const { outcome } = await containers.invoke('note-bounces', event);
      if (outcome === 'done') return;
    }
  };

  return {
    act: async ({ act, of }: ActPlan): Promise<void> => {
      if (act === 'bounce' || act === 'complaint') return comesBack(act, of);
      const link = findLink(act, of);
      if (link === undefined) return;
      await visit(act, 'POST', link, act === 'keep' || act === 'keep-all' ? 'for=4h' : '');
    },
    /** What mail scanners do with every link of a mail. */
    scan: async (one: AcceptedMail): Promise<void> => {
      for (const link of linksIn(one)) await visit('scan', 'GET', link);
    },
  };
};

export const isOurs = (url: string): boolean => url.startsWith(linksUrl);
