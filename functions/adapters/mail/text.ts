import type { CreationFacts } from './creation-words.ts';
import { textOfFact } from './fact.ts';
import { goneWords, type MailFacts, type RowFacts } from './facts.ts';

/** The text part: the same facts as the HTML part, always all of them. */
export const renderText = (facts: MailFacts): string => {
  const { subject, rows, creations, rent, expired, limit, consoleUrl, unsubscribeUrl, zone } = facts;
  const blocks = [
    subject,
    ...creations.map((creation) => renderCreation(creation, consoleUrl)),
    ...rows.map((row) => renderRow(row)),
    ...(rent === undefined ? [] : [renderRent(consoleUrl, rent)]),
    ...(expired.length === 0 ? [] : [['EXPIRED WATCHES', ...expired.map((watch) => `- ${watch}`)].join('\n')]),
    ...(limit === undefined ? [] : [limit]),
    ['-- ', `Sent by GPU Warden. Times are in ${zone}.`, `Stop these alerts: ${unsubscribeUrl}`].join('\n'),
  ];
  return `${blocks.join('\n\n')}\n`;
};

const renderRow = ({ state, title, chief, rest }: RowFacts): string =>
  [title, ...(state === 'closed' ? [`  ${goneWords}`] : []), ...chief.map(textOfFact), ...rest.map(textOfFact)].join(
    '\n',
  );

const renderCreation = ({ title, means, facts }: CreationFacts, consoleUrl: string): string =>
  [title, `  ${means}`, ...facts.map(textOfFact), `  In the console: ${consoleUrl}`].join('\n');

const renderRent = (consoleUrl: string, { calls, note }: NonNullable<MailFacts['rent']>): string =>
  [
    'HOW TO RENT IT',
    `In the console: ${consoleUrl}`,
    '',
    ...calls.flatMap(({ title, command }) => [`With one API call, ${title}:`, '', command, '']),
    note,
  ].join('\n');
