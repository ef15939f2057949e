import { html, type Markup } from '#adapters/look/markup.ts';
import { keepWords, runtimeName, runtimeWords } from '#adapters/look/runtime-words.ts';
import { type TimeWords, timeWordsFor } from '#adapters/mail/time-words.ts';
import type { KeepChoice, ToldRuntime } from '#domain/guardrails/runtime-notice.ts';
import type { Instant } from '#domain/time.ts';
import { type Page, page } from './page.ts';
import { factList, list, type PageButton, type PageSettings, postForm, unsafeNote } from './page-parts.ts';

/**
 * For how long a request asks to keep a runtime: the field `for`. Nothing where it is not one of the choices.
 *
 * @param form a request's body, or the query of a link, `application/x-www-form-urlencoded`
 */
export const keepChoiceOf = (form: string, choices: readonly KeepChoice[]): KeepChoice | undefined => {
  const asked = new URLSearchParams(form).get('for');
  return choices.find((choice) => choice === asked);
};

/** A runtime that can be kept. `deleteAt`: the deletion that its warning named; `keptUntil`: it is kept already. */
export type Keepable = { readonly runtime: ToldRuntime; readonly deleteAt?: Instant; readonly keptUntil?: Instant };

type Choices = PageSettings & {
  readonly choices: readonly KeepChoice[];
  /** What the link in the mail said; its button stands first. */
  readonly preselected?: KeepChoice;
};

const choiceForm = (choices: readonly KeepChoice[], preselected?: KeepChoice): Markup => {
  const first = choices.filter((choice) => choice === preselected);
  const others = choices.filter((choice) => choice !== preselected);
  const buttons = [...first, ...others].map(
    (choice): PageButton => ({ name: 'for', value: choice, words: keepWords(choice) }),
  );
  return postForm(buttons);
};

const unchanged = html`<p class="muted after">Nothing has been changed yet. What is kept bills on. If it is still idle when that time is over, there is a new warning.</p>`;

const fateWords = ({ deleteAt, keptUntil }: Keepable, times: TimeWords): string => {
  if (keptUntil !== undefined) return `kept until ${times.moment(keptUntil)}`;
  return deleteAt === undefined ? 'idle' : `will be deleted ${times.moment(deleteAt)}`;
};

/** GET of a good link: a button for each choice. Changes nothing. */
export const keepPage = ({
  runtime,
  deleteAt,
  keptUntil,
  choices,
  preselected,
  ...settings
}: Keepable & Choices): Page => {
  const times = timeWordsFor(settings);
  return page(
    200,
    keptUntil === undefined ? `Keep ${runtimeName(runtime)}?` : `${runtimeName(runtime)} is kept already`,
    html`${unsafeNote(settings)}${factList([
      ['Runtime', runtimeWords(runtime)],
      ['Kept until', keptUntil === undefined ? undefined : times.moment(keptUntil)],
      ['Will be deleted', keptUntil !== undefined || deleteAt === undefined ? undefined : times.moment(deleteAt)],
    ])}
<p>For how long, from now on, shall it not be deleted even if it is idle?</p>
${choiceForm(choices, preselected)}
${unchanged}`,
  );
};

/** GET of a good Keep all link: what would be kept. Changes nothing. */
export const keepAllPage = ({
  runtimes,
  choices,
  preselected,
  ...settings
}: Choices & { readonly runtimes: readonly Keepable[] }): Page => {
  const times = timeWordsFor(settings);
  return page(
    200,
    runtimes.length === 1 ? 'Keep this runtime?' : `Keep these ${runtimes.length} runtimes?`,
    html`${unsafeNote(settings)}${list(runtimes.map((each) => `${runtimeWords(each.runtime)}: ${fateWords(each, times)}`))}
<p>For how long, from now on, shall they not be deleted even if they are idle?</p>
${choiceForm(choices, preselected)}
${unchanged}`,
  );
};

/** A runtime of a Keep all link that was not kept, and why: it was used again, or it is too late. */
export type NotKept = { readonly runtime: ToldRuntime; readonly because: string };

/** After a POST, the first one and each repeat. */
export const keptPage = ({
  runtimes,
  until,
  notKept = [],
  ...settings
}: PageSettings & {
  readonly runtimes: readonly ToldRuntime[];
  readonly until: Instant;
  readonly notKept?: readonly NotKept[];
}): Page => {
  const [only, ...others] = runtimes;
  const one = only !== undefined && others.length === 0;
  const title = one ? `${runtimeName(only)} is kept` : `${runtimes.length} runtimes are kept`;
  return page(
    200,
    title,
    html`${unsafeNote(settings)}<p>Not deleted before <b>${timeWordsFor(settings).moment(until)}</b>, idle or not:</p>
${list(runtimes.map(runtimeWords))}
${notKept.length > 0 && html`<p>Not kept:</p>${list(notKept.map(({ runtime, because }) => `${runtimeWords(runtime)}: ${because}`))}`}
<p class="muted after">${one ? 'It bills' : 'They bill'} on. To keep ${one ? 'it' : 'them'} for good, use the line that the mail shows for warden.config.ts.</p>`,
  );
};

/** It has been used since the mail: there is nothing to keep. */
export const notIdleAnyMorePage = (runtimes: readonly ToldRuntime[]): Page =>
  page(
    200,
    runtimes.length > 1 ? 'They are in use again' : 'In use again',
    html`${list(runtimes.map(runtimeWords))}
<p>${runtimes.length > 1 ? 'They have' : 'It has'} been used since the mail was written, so the warning is void. Idle time is counted anew, and before any deletion there is a new warning.</p>
<p class="muted after">There is nothing to do.</p>`,
  );

/** It is being deleted (409), or is gone (410). */
export const tooLatePage = (state: 'deleting' | 'gone'): Page =>
  page(
    state === 'deleting' ? 409 : 410,
    state === 'deleting' ? 'It is being deleted' : 'It is gone',
    html`<p>${
      state === 'deleting'
        ? 'Its deletion has been asked for and cannot be called back.'
        : 'It has been deleted, or it was gone before we came to it.'
    } Nothing has been changed.</p>
<p><b>What to do:</b> ${
      state === 'deleting'
        ? 'wait for the mail that tells of its deletion'
        : 'look for the mail that tells of its deletion'
    }. Where enough could be saved, “Create it again” in it makes a runtime like the old one, for 7 days.</p>`,
  );

/** A choice that is none, or longer than the rules allow now (400); offers those that can be taken. */
export const keepLimitPage = (choices: readonly KeepChoice[]): Page =>
  page(
    400,
    'It cannot be kept for so long',
    html`<p>${
      choices.length === 0
        ? 'The rules of GPU Warden do not allow a link to keep it any longer.'
        : 'That is longer than the rules of GPU Warden allow, or no time that we offer.'
    } Nothing has been changed.</p>
${
  choices.length === 0
    ? html`<p><b>What to do:</b> use it, or ask whoever runs GPU Warden for you to exempt it in warden.config.ts.</p>`
    : choiceForm(choices)
}`,
  );
