import type { WardenEvent } from '#domain/event.ts';
import type { Inbox } from '../engines/inbox.ts';

/** The link of a mail that keeps a runtime, as its text shows it. */
const keepLinkIn = (text: string): string | undefined => /https?:\/\/\S+\/keep\?token=[\w.-]+/.exec(text)?.[0];

/** Opens the link, as a person would, and presses "4 hours". */
const press = async (link: string): Promise<void> => {
  const page = await fetch(link);
  if (!page.ok) throw new Error(`The Keep page answers ${page.status}`);
  const body = new URLSearchParams({ for: '4h' });
  const kept = await fetch(link, { method: 'POST', body });
  if (!kept.ok) throw new Error(`The Keep page answers ${kept.status} to the button`);
};

/**
 * A made-up owner who keeps one runtime: reads the first warning about it in the inbox and presses the button in it.
 * `notice` is told of every event; `act` does what there is to do.
 */
export const createKeepPresser = (inbox: Pick<Inbox, 'messages'>, name: string) => {
  let isWarned = false;
  let isDone = false;
  return {
    notice: (event: { readonly event: string }): void => {
      const warned = event as WardenEvent;
      if (warned.event === 'runtime-warned' && warned.name === name) isWarned = true;
    },
    act: async (): Promise<void> => {
      if (!isWarned || isDone) return;
      const mails = await inbox.messages();
      const link = mails.flatMap(({ subject, text = '' }) =>
        subject.includes(name) ? (keepLinkIn(text) ?? []) : [],
      )[0];
      if (link === undefined) return;
      isDone = true;
      await press(link);
    },
  };
};
