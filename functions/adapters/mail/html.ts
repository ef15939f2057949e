import { html, type Markup } from '#adapters/look/markup.ts';
import { goneWords, type MailFacts } from './facts.ts';
import { button, firstThatFits, frame } from './html-frame.ts';
import {
  briefRows,
  compactRows,
  creationCard,
  expiredSection,
  footer,
  limitSection,
  moreSection,
  type PillState,
  rentSection,
  rowCard,
  statePill,
} from './html-parts.ts';
import { styles } from './styles.ts';

/** How much room each row gets, and how many rows and expired watches are shown. */
type Density = { readonly rows: 'cards' | 'compact' | 'brief'; readonly most: number };

const mostCards = 5;
const densities: readonly Density[] = [
  { rows: 'cards', most: mostCards },
  { rows: 'compact', most: Number.POSITIVE_INFINITY },
  { rows: 'brief', most: Number.POSITIVE_INFINITY },
  { rows: 'brief', most: 100 },
  { rows: 'brief', most: 20 },
];

/** The HTML part, in the roomiest form that stays below the size at which Gmail cuts. */
export const renderHtml = (facts: MailFacts): string => {
  const roomEnough = densities.filter(({ rows, most }) => rows !== 'cards' || facts.rows.length <= most);
  return firstThatFits(roomEnough, (density) => renderPage(facts, density));
};

const renderPage = (facts: MailFacts, density: Density): Markup => {
  const { subject, preview } = facts;
  return frame({ subject, preview, card: cardRows(facts, density), footer: footer(facts) });
};

const cardRows = (facts: MailFacts, density: Density): Markup => {
  const { creations, rent, expired, limit } = facts;
  return html`${top(facts)}
${creations.slice(0, density.most).map((creation) => creationCard(creation, isOnlyNews(facts)))}
${creations.length > density.most && moreSection(creations.length - density.most)}
${rows(facts, density)}
${rent !== undefined && rentSection(rent)}
${expired.length > 0 && expiredSection(expired.slice(0, density.most), expired.length - density.most)}
${limit !== undefined && limitSection(limit)}`;
};

/** One creation and nothing else: the mail's own title says it. */
const isOnlyNews = ({ rows, creations }: MailFacts): boolean => rows.length === 0 && creations.length === 1;

const topState = ({ rows, creations }: MailFacts): PillState => {
  const [row] = rows;
  const [creation] = creations;
  if (creation?.state === 'created' || row === undefined) return creation?.state ?? 'expired';
  return row.state;
};

const top = (facts: MailFacts): Markup => {
  const { rows, creations, rent, subject, preview, consoleUrl } = facts;
  const [first] = rows;
  const [creation] = creations;
  return html`<tr><td class="pad ink" style="${styles.top}">${statePill(topState(facts))}
<h1 class="title ink" style="${styles.title}">${subject}</h1>
${isOnlyNews(facts) && html`<p class="muted" style="${styles.lead}">${creation?.means ?? ''}</p>`}
${creations.length === 0 && rows.length === 1 && html`<p class="muted" style="${styles.lead}">${first?.state === 'open' ? preview : goneWords}</p>`}
${rent !== undefined && button(consoleUrl, 'Rent it in the console')}
${rent === undefined && creation !== undefined && button(consoleUrl, 'Open the console')}</td></tr>`;
};

const rows = (facts: MailFacts, { rows: form, most }: Density): Markup | false => {
  if (facts.rows.length === 0) return false;
  switch (form) {
    case 'cards':
      return html`${facts.rows.map((row) => rowCard(row, facts.rows.length === 1 && facts.creations.length === 0))}`;
    case 'compact':
      return compactRows(facts.rows);
    case 'brief':
      return briefRows(facts.rows.slice(0, most), facts.rows.length - most);
  }
};
