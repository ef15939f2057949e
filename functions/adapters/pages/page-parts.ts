import { html, type Markup } from '#adapters/look/markup.ts';
import { unsafeShortLadderWords } from '#adapters/look/runtime-words.ts';

/** What the pages need to know of the settings: the zone of their times, and whether the ladder may be shorter than is safe. */
export type PageSettings = { readonly timeZone: string; readonly unsafeShortLadder?: boolean };

/** Stands on top of a page where the ladder may be shorter than is safe. */
export const unsafeNote = ({ unsafeShortLadder = false }: PageSettings): Markup | false =>
  unsafeShortLadder && html`<p class="warn">${unsafeShortLadderWords}</p>`;

/** What a page says under a label; nothing to say leaves the line out. */
export type PageFact = readonly [label: string, words: string | undefined];

export const factList = (facts: readonly PageFact[]): Markup =>
  html`<dl>${facts.map(([label, words]) => words !== undefined && html`<dt>${label}</dt><dd>${words}</dd>\n`)}</dl>`;

export const list = (lines: readonly string[]): Markup =>
  html`<ul>${lines.map((line) => html`<li>${line}</li>\n`)}</ul>`;

/** A button that posts `name=value`; the first of a form stands out. */
export type PageButton = { readonly name: string; readonly value: string; readonly words: string };

/** No action: the form goes to the page's own address, so the token is not written into the page. */
export const postForm = (buttons: readonly PageButton[]): Markup => html`<form method="post">
${buttons.map(
  ({ name, value, words }, place) =>
    html`<button type="submit" name="${name}" value="${value}"${place > 0 && html` class="second"`}>${words}</button>\n`,
)}</form>`;
