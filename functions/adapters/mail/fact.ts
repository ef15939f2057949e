/** A label and what is to be said under it, each line on its own. */
export type Fact = { readonly label: string; readonly lines: readonly string[] };

const labelWidth = 17;

/** A fact in a text part: the label, and its lines beside it. */
export const textOfFact = ({ label, lines }: Fact): string =>
  lines.map((line, place) => `  ${(place === 0 ? label : '').padEnd(labelWidth)}${line}`).join('\n');
