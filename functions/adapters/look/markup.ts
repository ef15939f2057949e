import { html as template } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';

/** HTML that is safe as it stands: made by `html`, or by `raw` from text of our own. */
export type Markup = HtmlEscapedString;

/** What may stand in a template: text (escaped), markup (as it is), nothing, or a list of these. */
export type Part = string | number | Markup | false | undefined | readonly Part[];

/**
 * Template tag that escapes every value which is not markup already. Hono's tag answers with a promise as soon as one value
 * is a promise; the type of `Part` rules that out, so this one always answers at once.
 *
 * @throws TypeError when a value was a promise after all
 */
export const html = (strings: TemplateStringsArray, ...values: readonly Part[]): Markup => {
  const made = template(strings, ...values);
  if (made instanceof Promise) throw new TypeError('A template was given a promise; give it the awaited value.');
  return made;
};
