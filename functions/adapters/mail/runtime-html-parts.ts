import { html, type Markup } from '#adapters/look/markup.ts';
import { codeBlock, factTable, section, table } from './html-frame.ts';
import type { Card, MailLink, MailList } from './runtime-content.ts';
import { styles } from './styles.ts';

// Tables that stand beside each other as far as there is room, in Outlook too, which knows no inline-block.
const besides = ({ words, url }: MailLink, filled: boolean): Markup => html`
<table role="presentation" class="buttonFrame" align="left" cellpadding="0" cellspacing="0" border="0" style="${styles.besides}"><tr>
<td class="${filled ? 'button' : 'outline'}" style="${filled ? styles.filledCell : styles.outline}"><a class="${filled ? 'buttonInk' : 'ink tap'}" href="${url}" style="${filled ? styles.filledButton : styles.outlineButton}">${words}</a></td>
</tr></table>`;

/** Links of which one may be chosen; `filled`: the first stands out. */
export const buttonRow = (links: readonly MailLink[], filled = false): Markup =>
  html`${links.map((link, place) => besides(link, filled && place === 0))}`;

/** Something to be copied, in a section of its own. */
export const copyBlock = ({ copy }: Card): Markup | false => copy !== undefined && section(copyOf(copy));

const copyOf = ({ words, code }: NonNullable<Card['copy']>): Markup =>
  html`<p class="muted" style="margin:0 0 8px;${styles.small}">${words}</p>${codeBlock(code)}`;

/** One runtime or trouble with all its facts. */
export const fullCard = ({ title, facts, links, copy }: Card): Markup =>
  section(html`<h2 class="ink" style="${styles.heading}">${title}</h2>
${factTable(facts)}
${links.length > 0 && table(html`<tr><td style="padding:12px 0 2px">${buttonRow(links)}</td></tr>`)}
${copy !== undefined && html`<div style="height:10px;line-height:10px;font-size:1px">&nbsp;</div>${copyOf(copy)}`}`);

const inlineLinks = (links: readonly MailLink[]): Markup =>
  html`${links.map(({ words, url }, place) => html`${place > 0 && ' · '}<a class="ink" href="${url}" style="${styles.inkLink}">${words}</a>`)}`;

/** Several with all their facts, each in a few lines instead of a table of its own. */
export const tightCards = (cards: readonly Card[]): Markup => section(table(html`${cards.map(tightCard)}`));

const tightCard = ({ title, facts, links, copy }: Card, place: number): Markup => {
  const [first, ...rest] = facts.map(({ label, lines }) => `${label}: ${lines.join('; ')}`);
  return html`<tr><td class="ink line" style="${styles.row}${place > 0 && styles.rule}"><b>${title}</b><br>
${first}<br>
<span class="muted" style="${styles.small}">${rest.join(' · ')}${copy !== undefined && html`<br>${copy.words} ${copy.code}`}</span>
${links.length > 0 && html`<br>${inlineLinks(links)}`}</td></tr>`;
};

/** A crowd, a line and one link each; the text part has the rest. */
export const briefCards = (cards: readonly Card[], left: number): Markup =>
  section(html`<p class="muted" style="margin:0 0 10px;${styles.small}">In short, because there are many; the plain-text part of this mail has every detail.</p>
${cards.map(
  ({ title, brief, briefLink }) =>
    html`<p style="margin:0 0 9px"><b>${title}</b>: ${brief}${briefLink !== undefined && html` · ${inlineLinks([briefLink])}`}</p>\n`,
)}
${left > 0 && html`and ${left} more, which stand in the plain-text part of this mail`}`);

export const listSection = ({ heading, note, lines, more }: MailList): Markup =>
  section(html`<h2 class="ink" style="${styles.heading}">${heading}</h2>
${note !== undefined && html`<p class="muted" style="margin:0 0 8px;${styles.small}">${note}</p>`}
${table(html`${lines.map(listLine)}`)}
${more > 0 && html`<p class="muted" style="margin:8px 0 0;${styles.small}">and ${more} more</p>`}`);

const listLine = ({ title, words }: MailList['lines'][number], place: number): Markup => html`
<tr><td class="ink line" style="${styles.line}${place > 0 && styles.rule}"><b>${title}</b><br><span class="muted" style="${styles.small}">${words}</span></td></tr>`;
