import type { Fact } from './fact.ts';
import type { pill } from './html-frame.ts';

/** A link of a mail; `url` is one that `webAddress` has let through. */
export type MailLink = { readonly words: string; readonly url: string };

/** One runtime or trouble with all its facts; `brief` is what a crowded HTML part keeps, with one of the links. */
export type Card = {
  readonly title: string;
  readonly facts: readonly Fact[];
  readonly links: readonly MailLink[];
  /** Something to be copied, and what it is for. */
  readonly copy?: { readonly words: string; readonly code: string };
  readonly brief: string;
  readonly briefLink?: MailLink;
};

/** A list with a line for each; `more` are those that it leaves out. */
export type MailList = {
  readonly heading: string;
  readonly note?: string;
  readonly lines: readonly { readonly title: string; readonly words: string }[];
  readonly more: number;
};

/**
 * Everything that a mail about runtimes says, in words that are safe in one line, the worst first. The text part and the HTML
 * part only lay it out.
 */
export type RuntimeMailContent = {
  readonly subject: string;
  /** What inboxes show after the subject. */
  readonly preview: string;
  /** Something about the installation as a whole that nobody may miss. */
  readonly caution?: string;
  readonly pill: { readonly words: string; readonly tone: Parameters<typeof pill>[1] };
  readonly lead: readonly string[];
  /** About the mail as a whole. */
  readonly links: readonly MailLink[];
  readonly facts: readonly Fact[];
  readonly cards: readonly Card[];
  readonly lists: readonly MailList[];
  /** Why the reader gets it, and in which zone its times are. */
  readonly footer: readonly string[];
};
