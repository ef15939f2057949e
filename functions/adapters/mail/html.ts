import { raw } from 'hono/html';
import { html, type Markup } from '#adapters/look/markup.ts';
import { goneWords, type MailFacts } from './facts.ts';
import {
  briefRows,
  button,
  compactRows,
  expiredSection,
  footer,
  limitSection,
  pill,
  rentSection,
  rowCard,
} from './html-parts.ts';
import { styleSheet, styles } from './styles.ts';

/** How much room each row gets, and how many rows and expired watches are shown. */
type Density = { readonly rows: 'cards' | 'compact' | 'brief'; readonly most: number };

// Gmail cuts a mail at 102 KB, and with it the unsubscribe link.
const mostBytes = 100_000;
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
  let page = '';
  for (const density of roomEnough) {
    page = renderPage(facts, density).toString();
    if (Buffer.byteLength(page) < mostBytes) break;
  }
  return page;
};

// Without it the inbox shows, after the preview, whatever text comes next.
const previewFiller = raw('&#847;&zwnj;&nbsp;'.repeat(80));

const renderPage = (facts: MailFacts, density: Density): Markup => html`<!doctype html>
<html lang="en" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<meta name="format-detection" content="telephone=no,date=no,address=no,email=no,url=no">
<title>${facts.subject}</title>
<style>${styleSheet}</style>
${raw('<!--[if mso]><style>td,h1,h2,p{font-family:Arial,sans-serif!important}</style><![endif]-->')}
</head>
<body class="page" style="${styles.body}">
<div style="${styles.preview}">${facts.preview}${previewFiller}</div>
<table role="presentation" class="page" width="100%" cellpadding="0" cellspacing="0" border="0"><tr>
<td align="center" style="padding:28px 12px 36px">
<table role="presentation" width="600" cellpadding="0" cellspacing="0" border="0" align="center" style="${styles.frame}">
<tr><td class="pad muted" style="${styles.brand}"><span class="mark" style="${styles.mark}"></span>GPU Warden</td></tr>
<tr><td class="card" style="${styles.card}">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0">
${cardRows(facts, density)}
</table>
</td></tr>
${footer(facts)}
</table>
</td>
</tr></table>
</body>
</html>
`;

const cardRows = (facts: MailFacts, density: Density): Markup => {
  const { rent, expired, limit } = facts;
  return html`${top(facts)}
${rows(facts, density)}
${rent !== undefined && rentSection(rent)}
${expired.length > 0 && expiredSection(expired.slice(0, density.most), expired.length - density.most)}
${limit !== undefined && limitSection(limit)}`;
};

const top = ({ rows, rent, subject, preview, consoleUrl }: MailFacts): Markup => {
  const [first] = rows;
  return html`<tr><td class="pad ink" style="${styles.top}">${pill(first?.state ?? 'expired')}
<h1 class="title ink" style="${styles.title}">${subject}</h1>
${rows.length === 1 && html`<p class="muted" style="${styles.lead}">${first?.state === 'open' ? preview : goneWords}</p>`}
${rent !== undefined && button(consoleUrl, 'Rent it in the console')}</td></tr>`;
};

const rows = (facts: MailFacts, { rows: form, most }: Density): Markup | false => {
  if (facts.rows.length === 0) return false;
  switch (form) {
    case 'cards':
      return html`${facts.rows.map((row) => rowCard(row, facts.rows.length === 1))}`;
    case 'compact':
      return compactRows(facts.rows);
    case 'brief':
      return briefRows(facts.rows.slice(0, most), facts.rows.length - most);
  }
};
