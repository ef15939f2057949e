import { html, type Markup } from '#adapters/look/markup.ts';
import { button, factTable, firstThatFits, frame, noteBox, pill, section } from './html-frame.ts';
import type { Card, MailList, RuntimeMailContent } from './runtime-content.ts';
import { briefCards, buttonRow, copyBlock, fullCard, listSection, tightCards } from './runtime-html-parts.ts';
import { styles } from './styles.ts';

/** How much room each card gets, how many cards are shown, and how many lines of a list. */
type Density = { readonly cards: 'full' | 'tight' | 'brief'; readonly most: number; readonly lines: number };

const all = Number.POSITIVE_INFINITY;
const densities: readonly Density[] = [
  { cards: 'full', most: all, lines: all },
  { cards: 'tight', most: all, lines: 40 },
  { cards: 'brief', most: all, lines: 25 },
  { cards: 'brief', most: 100, lines: 15 },
  { cards: 'brief', most: 50, lines: 8 },
  { cards: 'brief', most: 20, lines: 4 },
];

/** The HTML part, in the roomiest form that stays below the size at which Gmail cuts. */
export const renderRuntimeHtml = (content: RuntimeMailContent): string =>
  firstThatFits(densities, (density) => renderPage(content, density));

const renderPage = (content: RuntimeMailContent, density: Density): Markup => {
  const { subject, preview, cards, lists, facts, footer } = content;
  const card = html`${content.caution !== undefined && cautionRow(content.caution)}${top(content)}
${facts.length > 0 && section(factTable(facts))}
${cardRows(cards, density)}
${lists.map((list) => listSection(cut(list, density.lines)))}`;
  return frame({ subject, preview, card, footer: footerRow(footer) });
};

const cautionRow = (words: string): Markup =>
  html`<tr><td class="pad ink" style="${styles.caution}">${noteBox(words)}</td></tr>`;

const cut = (list: MailList, most: number): MailList => ({
  ...list,
  lines: list.lines.slice(0, most),
  more: list.more + Math.max(0, list.lines.length - most),
});

/** The only card of a mail has its buttons here, where they are seen at once. */
const top = ({ pill: { words, tone }, subject, lead, links, cards }: RuntimeMailContent): Markup => {
  const [only, ...others] = cards;
  const [primary, ...rest] = others.length === 0 && only !== undefined ? [...links, ...only.links] : links;
  return html`<tr><td class="pad ink" style="${styles.top}">${pill(words, tone)}
<h1 class="title ink" style="${styles.title}">${subject}</h1>
${lead.map((line) => html`<p class="muted" style="${styles.lead}">${line}</p>\n`)}
${primary !== undefined && rest.length === 0 && button(primary.url, primary.words)}
${primary !== undefined && rest.length > 0 && html`<div style="height:20px;line-height:20px;font-size:1px">&nbsp;</div>${buttonRow([primary, ...rest], true)}`}</td></tr>`;
};

const cardRows = (cards: readonly Card[], { cards: form, most }: Density): Markup | false => {
  const [only, ...others] = cards;
  if (only === undefined) return false;
  if (others.length === 0) return html`${section(factTable(only.facts))}${copyBlock(only)}`;
  switch (form) {
    case 'full':
      return html`${cards.map(fullCard)}`;
    case 'tight':
      return tightCards(cards);
    case 'brief':
      return briefCards(cards.slice(0, most), cards.length - most);
  }
};

const footerRow = (lines: readonly string[]): Markup =>
  html`<tr><td class="pad muted" style="${styles.footer}">${lines.map((line, place) => html`${place > 0 && html`<br>`}${line}`)}</td></tr>`;
