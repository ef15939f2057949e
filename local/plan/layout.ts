import { styleText } from 'node:util';

/** How much a text wants to be seen. */
export type Tone = 'plain' | 'quiet' | 'strong' | 'good' | 'idle' | 'bad';

/** A text without line breaks, in one tone. */
export type Cell = { readonly text: string; readonly tone?: Tone };

/** What a page is written on: its width in columns, and whether it shows colours. */
export type Paper = { readonly columns: number; readonly colour: boolean };

const formats: Readonly<Record<Exclude<Tone, 'plain'>, Parameters<typeof styleText>[0]>> = {
  quiet: 'gray',
  strong: 'bold',
  good: 'green',
  idle: 'yellow',
  bad: ['bold', 'red'],
};

export const paint = ({ text, tone = 'plain' }: Cell, { colour }: Pick<Paper, 'colour'>): string =>
  colour && tone !== 'plain' && text !== '' ? styleText(formats[tone], text, { validateStream: false }) : text;

const letters = new Intl.Segmenter('en', { granularity: 'grapheme' });
const wide =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u{ff01}-\u{ff60}]|\p{Emoji_Presentation}/u;

/** Columns that a text takes on a terminal. */
export const widthOf = (text: string): number =>
  [...letters.segment(text)].reduce((sum, { segment }) => sum + (wide.test(segment) ? 2 : 1), 0);

const cutAt = (word: string, width: number): readonly string[] => {
  const parts: string[] = [''];
  for (const { segment } of letters.segment(word)) {
    const last = parts.at(-1) ?? '';
    if (widthOf(last + segment) > width && last !== '') parts.push(segment);
    else parts[parts.length - 1] = last + segment;
  }
  return parts;
};

/** Lines of at most so many columns, broken between words, and within one only where it is longer than a line. */
export const wrapped = (text: string, width: number): readonly string[] => {
  const lines: string[] = [''];
  // A number stays with its unit.
  const whole = text.replace(/(\d) (?=%|min\b|h\b|GiB\b|cores?\b)/g, '$1\u00a0');
  for (const word of whole.split(' ').flatMap((each) => cutAt(each, width))) {
    const last = lines.at(-1) ?? '';
    const joined = last === '' ? word : `${last} ${word}`;
    if (widthOf(joined) <= width) lines[lines.length - 1] = joined;
    else lines.push(word);
  }
  return lines.map((line) => line.replaceAll('\u00a0', ' '));
};

const padded = (text: string, width: number, align: Column['align']): string => {
  const space = ' '.repeat(Math.max(0, width - widthOf(text)));
  return align === 'right' ? space + text : text + space;
};

/** A column. `least`: it may be made so narrow and its texts broken; missing: it is as wide as its widest text. */
export type Column = { readonly title: string; readonly align?: 'right'; readonly least?: number };

const gap = '  ';

/** Takes from the columns that may be narrower, the widest first, until all fit. */
const fitted = (columns: readonly Column[], natural: readonly number[], room: number): readonly number[] => {
  const widths = [...natural];
  const total = () => widths.reduce((sum, width) => sum + width, 0) + gap.length * (widths.length - 1);
  while (total() > room) {
    const widest = columns.reduce((best, { least }, index) => {
      const spare = (widths[index] ?? 0) - (least ?? Number.POSITIVE_INFINITY);
      const most = best < 0 ? 0 : (widths[best] ?? 0);
      return spare > 0 && (widths[index] ?? 0) > most ? index : best;
    }, -1);
    if (widest < 0) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
};

/** A table whose lines are at most as wide as the paper, as long as its columns may be made narrow enough. */
export const tableOf = (
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  paper: Paper,
): readonly string[] => {
  const natural = columns.map(({ title }, index) =>
    Math.max(widthOf(title), ...rows.map((row) => widthOf(row[index]?.text ?? ''))),
  );
  const widths = fitted(columns, natural, paper.columns);
  const linesOf = (row: readonly Cell[]): string[] => {
    const cells = row.map(({ text }, index) => wrapped(text, widths[index] ?? 1));
    const height = Math.max(...cells.map((lines) => lines.length));
    return Array.from({ length: height }, (_, line) => {
      const parts = cells.map((lines, index) => {
        const text = padded(lines[line] ?? '', widths[index] ?? 0, columns[index]?.align);
        return paint({ text, ...(row[index]?.tone === undefined ? {} : { tone: row[index].tone }) }, paper);
      });
      return parts.join(gap).trimEnd();
    });
  };
  const head = columns.map(({ title }): Cell => ({ text: title, tone: 'quiet' }));
  return [head, ...rows].flatMap(linesOf);
};

/** A sentence, broken at the paper's width; all lines but the first stand in from the left by `hang` more columns. */
export const paragraph = (text: string, paper: Paper, tone: Tone = 'plain', indent = 0, hang = 0): readonly string[] =>
  wrapped(text, Math.max(20, paper.columns - indent - hang)).map(
    (line, index) => ' '.repeat(index === 0 ? indent : indent + hang) + paint({ text: line, tone }, paper),
  );
