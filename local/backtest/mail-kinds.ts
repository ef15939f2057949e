const kinds: readonly (readonly [RegExp, string])[] = [
  [/^Only observing: /, 'would-warning'],
  [/^Last warning: /, 'last-warning'],
  [/^Daily report: /, 'daily'],
  [/\b(is idle and will be deleted|idle runtimes, the first is deleted)\b/, 'first-warning'],
  [/\b(was|were) deleted\b/, 'deleted'],
];

/** What a mail of job 2 is about, by its subject: all that the mail service is given that tells. */
export const kindOfMail = (subject: string): string => kinds.find(([words]) => words.test(subject))?.[1] ?? 'trouble';
