import { html } from '#adapters/look/markup.ts';
import { price } from '#adapters/look/money-words.ts';
import { nameWords, oneLine } from '#adapters/look/one-line.ts';
import { createTimeWords } from '#adapters/mail/time-words.ts';
import type { SpecPart } from '#domain/guardrails/particulars.ts';
import type { Instant } from '#domain/time.ts';
import { type Page, page } from './page.ts';
import { factList, postForm } from './page-parts.ts';

/** What would be made again. `template` and `volume` are in words; `refusedBecause`: what the provider said last time. */
export type Recreatable = {
  readonly name: string;
  readonly gpuConfigId: string;
  readonly gpus: number;
  readonly planId: string;
  readonly region: string;
  readonly template: string;
  readonly volume: string;
  /** USD, when it was deleted. */
  readonly usdPerHour?: number;
  readonly unsaved: readonly SpecPart[];
  readonly until: Instant;
  readonly timeZone: string;
  readonly refusedBecause?: string;
};

/** GET of a good link: what would be made, and what it costs. Changes nothing. */
export const recreatePage = (again: Recreatable): Page => {
  const { name, gpuConfigId, gpus, planId, region, template, volume, usdPerHour, unsaved, until } = again;
  const rate = usdPerHour === undefined ? 'price not known' : `${price(usdPerHour)} per hour`;
  const times = createTimeWords(again.timeZone);
  return page(
    200,
    `Create ${nameWords(name)} again?`,
    html`${
      again.refusedBecause !== undefined &&
      html`<p class="warn">The provider refused the last try: ${oneLine(again.refusedBecause, 240)}</p>`
    }
${factList([
  ['GPUs', `${gpus} × ${nameWords(gpuConfigId)}`],
  ['Region', nameWords(region)],
  ['Plan', nameWords(planId)],
  ['Template', oneLine(template)],
  ['Volume', oneLine(volume)],
  ['Price', usdPerHour === undefined ? 'not known' : `${rate}, as it was at the deletion`],
  ['Not saved', unsaved.length === 0 ? undefined : unsaved.join(', ')],
  ['Possible until', times.moment(until)],
])}
<p class="warn">A new volume is not the old one: what lay on the old one, and on the container’s disk, is not in it. The runtime bills from the moment it is made.</p>
${postForm([{ name: 'create', value: 'again', words: `Create it again — ${rate}` }])}
<p class="muted after">Nothing has been made yet. It can be made again once.</p>`,
  );
};

/** After a POST, the first one and each repeat. */
export const recreatedPage = ({ name, runtimeId }: { readonly name: string; readonly runtimeId: string }): Page =>
  page(
    200,
    `${nameWords(name)} is made`,
    html`${factList([
      ['Name', nameWords(name)],
      ['Id', oneLine(runtimeId)],
    ])}
<p>It is ready in a few minutes, and it bills from now on. Opening this link again makes no second one.</p>`,
  );

/** The provider was asked and gave no clear answer. */
export const unclearPage = (name: string): Page =>
  page(
    202,
    'Asked, and no clear answer yet',
    html`<p>The provider was asked to make <b>${nameWords(name)}</b>, and we do not know yet whether it does.</p>
<p><b>What to do:</b> open this link again in some minutes. We look for that name first, so it is not made twice.</p>`,
  );

/** What was saved is gone: 7 days are over. */
export const recreationExpiredPage = (): Page =>
  page(
    410,
    'It cannot be made again any more',
    html`<p>What is needed for that is kept for 7 days after a deletion, and then thrown away. Nothing has been changed.</p>
<p><b>What to do:</b> make a new runtime in the console. The mail about the deletion says what it was.</p>`,
  );

/** Too little of it could be saved. @param unsaved the parts that the provider did not tell */
export const notRecreatablePage = (unsaved: readonly SpecPart[]): Page =>
  page(
    409,
    'It cannot be made again from here',
    html`<p>Too little of it could be saved${unsaved.length > 0 && `: the provider did not tell its ${unsaved.join(', ')}`}. Nothing has been changed.</p>
<p><b>What to do:</b> make a new runtime in the console.</p>`,
  );
