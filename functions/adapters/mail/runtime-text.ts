import { textOfFact } from './fact.ts';
import type { Card, MailLink, MailList, RuntimeMailContent } from './runtime-content.ts';

const textOfLink = ({ words, url }: MailLink): string => `${words}: ${url}`;

const textOfCard = ({ title, facts, links, copy }: Card): string =>
  [
    title,
    ...facts.map(textOfFact),
    ...(links.length === 0 ? [] : ['', ...links.map((link) => `  ${textOfLink(link)}`)]),
    ...(copy === undefined ? [] : ['', `  ${copy.words}`, `  ${copy.code}`]),
  ].join('\n');

const textOfList = ({ heading, note, lines, more }: MailList): string =>
  [
    heading.toUpperCase(),
    ...(note === undefined ? [] : [note]),
    ...lines.map(({ title, words }) => `- ${title}: ${words}`),
    ...(more > 0 ? [`and ${more} more`] : []),
  ].join('\n');

/** The text part: the same facts as the HTML part, always those of every card. */
export const renderRuntimeText = (content: RuntimeMailContent): string => {
  const { subject, caution, lead, links, facts, cards, lists, footer } = content;
  const blocks = [
    subject,
    ...(caution === undefined ? [] : [caution]),
    ...lead,
    ...(links.length === 0 ? [] : [links.map(textOfLink).join('\n')]),
    ...(facts.length === 0 ? [] : [facts.map(textOfFact).join('\n')]),
    ...cards.map(textOfCard),
    ...lists.map(textOfList),
    ['-- ', ...footer].join('\n'),
  ];
  return `${blocks.join('\n\n')}\n`;
};
