import { html, type Markup } from '#adapters/look/markup.ts';
import type { CreationFacts } from './creation-words.ts';
import { goneWords, type MailFacts, type RentFacts, type RowFacts } from './facts.ts';
import { codeBlock, factTable, noteBox, pill, section, table } from './html-frame.ts';
import { styles } from './styles.ts';

const pills = {
  open: ['Available now', 'good'],
  closed: ['Gone again', 'calm'],
  expired: ['Expired', 'calm'],
  created: ['Created', 'good'],
  'not-created': ['Not created', 'calm'],
  unclear: ['Not clear yet', 'note'],
} as const;
export type PillState = keyof typeof pills;

export const statePill = (state: PillState): Markup => {
  const [words, tone] = pills[state];
  return pill(words, tone);
};

/** What came of one creation. The only news of a mail needs no title: the mail's own says it. */
export const creationCard = ({ title, means, facts }: CreationFacts, only: boolean): Markup =>
  section(html`
${
  !only &&
  html`<h2 class="ink" style="${styles.heading}">${title}</h2>
<p class="muted" style="margin:0 0 6px;${styles.small}">${means}</p>`
}
${factTable(facts)}`);

export const moreSection = (left: number): Markup =>
  section(
    html`<p class="ink" style="margin:0">and ${left} more; the plain-text part of this mail has every detail</p>`,
  );

/** One offer with all its facts. The only offer of a mail needs no title: the mail's own says it. */
export const rowCard = (row: RowFacts, only: boolean): Markup =>
  section(html`
${!only && html`<h2 class="ink" style="${styles.heading}">${row.title}</h2>`}
${!only && row.state === 'closed' && html`<p class="muted" style="margin:0 0 6px;${styles.small}">${goneWords}</p>`}
${factTable([...row.chief, ...row.rest])}`);

/** Many offers with all their facts, each in a few lines instead of a table of its own. */
export const compactRows = (rows: readonly RowFacts[]): Markup => section(table(html`${rows.map(compactRow)}`));

const compactRow = ({ state, title, chief, rest }: RowFacts, place: number): Markup => html`
<tr><td class="ink line" style="${styles.row}${place > 0 && styles.rule}"><b>${title}</b>${state === 'closed' && ` · ${goneWords}`}<br>
${chief.map(({ label, lines }) => `${label}: ${lines.join('; ')}`).join(' · ')}<br>
<span class="muted" style="${styles.small}">${rest.map(({ label, lines }) => `${label}: ${lines.join('; ')}`).join(' · ')}</span></td></tr>`;

/** A crowd of offers, one line each; the text part has the rest. */
export const briefRows = (rows: readonly RowFacts[], left: number): Markup =>
  section(html`<p class="muted" style="margin:0 0 10px;${styles.small}">In short, because there are many; the plain-text part of this mail has every detail.</p>
${rows.map(({ title, brief }) => html`<p style="margin:0 0 7px"><b>${title}</b>: ${brief}</p>\n`)}
${left > 0 && html`and ${left} more`}`);

export const rentSection = ({ calls, note }: RentFacts): Markup =>
  section(html`<h2 class="ink" style="${styles.heading}">Or rent with one API call</h2>
${calls.map(
  ({ title, command }) => html`
${calls.length > 1 && html`<p class="muted" style="margin:12px 0 6px;${styles.small}">${title}</p>`}
${codeBlock(command)}`,
)}
<p class="muted" style="margin:10px 0 0;${styles.small}">${note}</p>`);

export const expiredSection = (expired: readonly string[], left: number): Markup =>
  section(html`<h2 class="ink" style="${styles.heading}">Expired watches</h2>
${expired.map((watch) => html`<p class="ink" style="margin:0 0 4px;font-size:14px;line-height:21px">${watch}</p>\n`)}
${left > 0 && html`and ${left} more`}`);

export const limitSection = (limit: string): Markup => section(noteBox(limit));

export const footer = ({ zone, unsubscribeUrl }: MailFacts): Markup =>
  html`<tr><td class="pad muted" style="${styles.footer}">You asked GPU Warden to tell you. Times are in ${zone}.<br>
<a class="muted" href="${unsubscribeUrl}" style="${styles.link}">Stop these alerts</a></td></tr>`;
