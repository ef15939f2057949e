import { raw } from 'hono/html';
import { html, type Markup } from '#adapters/look/markup.ts';
import type { Fact } from './fact.ts';
import { styleSheet, styles } from './styles.ts';

/** Gmail cuts a mail at 102 KB, and with it whatever stands at its end. */
export const mostBytes = 100_000;

/** The first of several forms, roomiest first, that is not cut; the last if all are too long. */
export const firstThatFits = <T>(forms: readonly T[], render: (form: T) => Markup): string => {
  let page = '';
  for (const form of forms) {
    page = render(form).toString();
    if (Buffer.byteLength(page) < mostBytes) break;
  }
  return page;
};

// Without it the inbox shows, after the preview, whatever text comes next.
const previewFiller = raw('&#847;&zwnj;&nbsp;'.repeat(80));

/** What stands around the card: title, preview line, our name, and the footer below. */
export type Frame = {
  readonly subject: string;
  readonly preview: string;
  readonly card: Markup;
  readonly footer: Markup;
};

/** A whole HTML part in our look. `card` and `footer` are rows of a table. */
export const frame = ({ subject, preview, card, footer }: Frame): Markup => html`<!doctype html>
<html lang="en" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<meta name="format-detection" content="telephone=no,date=no,address=no,email=no,url=no">
<title>${subject}</title>
<style>${styleSheet}</style>
${raw('<!--[if mso]><style>td,h1,h2,p{font-family:Arial,sans-serif!important}</style><![endif]-->')}
</head>
<body class="page" style="${styles.body}">
<div style="${styles.preview}">${preview}${previewFiller}</div>
<table role="presentation" class="page" width="100%" cellpadding="0" cellspacing="0" border="0"><tr>
<td align="center" style="padding:28px 12px 36px">
<table role="presentation" width="600" cellpadding="0" cellspacing="0" border="0" align="center" style="${styles.frame}">
<tr><td class="pad muted" style="${styles.brand}"><span class="mark" style="${styles.mark}"></span>GPU Warden</td></tr>
<tr><td class="card" style="${styles.card}">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0">
${card}
</table>
</td></tr>
${footer}
</table>
</td>
</tr></table>
</body>
</html>
`;

// Outlook knows neither margins of tables nor inherited widths: every table says all of it itself.
export const table = (content: Markup): Markup =>
  html`<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0">${content}</table>`;

const pillLooks = { good: 'open', calm: 'closed', bad: 'bad', note: 'note' } as const;

/** A few words in a coloured field above the title. */
export const pill = (words: string, tone: keyof typeof pillLooks): Markup => {
  const look = pillLooks[tone];
  return html`<span class="${look}" style="${styles.pill};${look === 'note' ? styles.notePill : styles[look]}">${words}</span>`;
};

export const button = (href: string, words: string): Markup => html`
<table role="presentation" class="buttonFrame" cellpadding="0" cellspacing="0" border="0" style="margin:20px 0 0"><tr>
<td class="button" style="${styles.buttonCell}"><a class="buttonInk" href="${href}" style="${styles.button}">${words}</a></td>
</tr></table>`;

/** A table of facts: labels on the left. */
export const factTable = (facts: readonly Fact[]): Markup => table(html`${facts.map(factLine)}`);

const factLine = ({ label, lines }: Fact): Markup => html`<tr>
<td class="label muted" style="${styles.label}">${label}</td>
<td class="ink" style="${styles.value}">${lines.map((line, place) => html`${place > 0 && html`<br>`}${line}`)}</td>
</tr>`;

export const section = (content: Markup): Markup =>
  html`<tr><td class="pad ink line" style="${styles.section}">${content}</td></tr>`;

/** Something to be copied. */
export const codeBlock = (code: string): Markup =>
  table(
    html`<tr><td class="code" style="${styles.codeCell}"><pre class="ink" style="${styles.code}">${code}</pre></td></tr>`,
  );

/** A sentence that must not be missed. */
export const noteBox = (words: string): Markup =>
  table(html`<tr><td class="note" style="${styles.note}">${words}</td></tr>`);
