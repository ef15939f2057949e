import { html, type Markup } from '#adapters/look/markup.ts';
import { type Fact, goneWords, type MailFacts, type RentFacts, type RowFacts } from './facts.ts';
import { styles } from './styles.ts';

// Outlook knows neither margins of tables nor inherited widths: every table says all of it itself.
const table = (content: Markup): Markup =>
  html`<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0">${content}</table>`;

const pillWords = { open: 'Available now', closed: 'Gone again', expired: 'Expired' } as const;

export const pill = (state: keyof typeof pillWords): Markup => {
  const look = state === 'open' ? 'open' : 'closed';
  return html`<span class="${look}" style="${styles.pill};${styles[look]}">${pillWords[state]}</span>`;
};

export const button = (href: string, words: string): Markup => html`
<table role="presentation" class="buttonFrame" cellpadding="0" cellspacing="0" border="0" style="margin:20px 0 0"><tr>
<td class="button" style="${styles.buttonCell}"><a class="buttonInk" href="${href}" style="${styles.button}">${words}</a></td>
</tr></table>`;

const factLine = ({ label, lines }: Fact): Markup => html`<tr>
<td class="label muted" style="${styles.label}">${label}</td>
<td class="ink" style="${styles.value}">${lines.map((line, place) => html`${place > 0 && html`<br>`}${line}`)}</td>
</tr>`;

const section = (content: Markup): Markup =>
  html`<tr><td class="pad ink line" style="${styles.section}">${content}</td></tr>`;

/** One offer with all its facts. The only offer of a mail needs no title: the mail's own says it. */
export const rowCard = (row: RowFacts, only: boolean): Markup =>
  section(html`
${!only && html`<h2 class="ink" style="${styles.heading}">${row.title}</h2>`}
${!only && row.state === 'closed' && html`<p class="muted" style="margin:0 0 6px;${styles.small}">${goneWords}</p>`}
${table(html`${row.chief.map(factLine)}${row.rest.map(factLine)}`)}`);

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
${table(html`<tr><td class="code" style="${styles.codeCell}"><pre class="ink" style="${styles.code}">${command}</pre></td></tr>`)}`,
)}
<p class="muted" style="margin:10px 0 0;${styles.small}">${note}</p>`);

export const expiredSection = (expired: readonly string[], left: number): Markup =>
  section(html`<h2 class="ink" style="${styles.heading}">Expired watches</h2>
${expired.map((watch) => html`<p class="ink" style="margin:0 0 4px;font-size:14px;line-height:21px">${watch}</p>\n`)}
${left > 0 && html`and ${left} more`}`);

export const limitSection = (limit: string): Markup =>
  section(table(html`<tr><td class="note" style="${styles.note}">${limit}</td></tr>`));

export const footer = ({ zone, unsubscribeUrl }: MailFacts): Markup =>
  html`<tr><td class="pad muted" style="${styles.footer}">You asked GPU Warden to tell you. Times are in ${zone}.<br>
<a class="muted" href="${unsubscribeUrl}" style="${styles.link}">Stop these alerts</a></td></tr>`;
