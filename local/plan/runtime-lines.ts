import { nameWords } from '#adapters/look/one-line.ts';
import type { TimeWords } from '#adapters/mail/time-words.ts';
import type { Instant } from '#domain/time.ts';
import { type Cell, type Column, type Paper, paint, paragraph, tableOf, widthOf } from './layout.ts';
import type { Row } from './row.ts';
import { becauseWords, gpusOf, nameOf, rateOf, readingWords, toneOf, verdictWords } from './words.ts';

/** From here on a table shows everything in one line each; a narrower terminal gets three lines for a runtime. */
export const wideFrom = 132;

const projectColumn: Column = { title: 'PROJECT', least: 10 };
const columnsOf = (several: boolean): readonly Column[] => [
  { title: 'RUNTIME', least: 12 },
  ...(several ? [projectColumn] : []),
  { title: 'GPUS', least: 8 },
  { title: 'STATUS', least: 7 },
  { title: 'READING', least: 18 },
  { title: 'POLICY', least: 7 },
  { title: 'VERDICT', least: 10 },
  { title: 'BECAUSE', least: 24 },
  { title: '$/H', align: 'right' },
];

const wideTable = (
  rows: readonly Row[],
  several: boolean,
  times: TimeWords,
  now: Instant,
  paper: Paper,
): readonly string[] =>
  tableOf(
    columnsOf(several),
    rows.map((row): readonly Cell[] => [
      { text: nameOf(row), tone: 'strong' },
      ...(several ? [{ text: nameWords(row.project), tone: 'quiet' } as const] : []),
      { text: gpusOf(row) },
      { text: nameWords(row.status) },
      { text: readingWords(row) },
      { text: nameWords(row.policy), tone: 'quiet' },
      { text: verdictWords(row), tone: toneOf(row) },
      { text: becauseWords(row, times, now) },
      { text: rateOf(row).replace('/h', '') },
    ]),
    paper,
  );

const card = (row: Row, several: boolean, times: TimeWords, now: Instant, paper: Paper): readonly string[] => {
  const rate = rateOf(row);
  const room = paper.columns - widthOf(rate) - 2;
  const what = [gpusOf(row), nameWords(row.status), ...(several ? [nameWords(row.project)] : [])].join(' · ');
  const [first = '', ...rest] = paragraph(`${nameOf(row)} · ${what}`, { ...paper, columns: room, colour: false });
  const head = paint({ text: first + ' '.repeat(room - widthOf(first) + 2), tone: 'strong' }, paper) + rate;
  const verdict = verdictWords(row);
  const because = `${verdict}: ${becauseWords(row, times, now)} (policy ${nameWords(row.policy)})`;
  const lines = paragraph(because, paper, 'plain', 2, 2);
  const toned = lines[0]?.replace(verdict, paint({ text: verdict, tone: toneOf(row) }, paper)) ?? '';
  return [head, ...rest, ...paragraph(readingWords(row), paper, 'quiet', 2, 2), toned, ...lines.slice(1), ''];
};

/** All runtimes, as the width of the paper allows. `several`: of more than one project. */
export const runtimeLines = (
  rows: readonly Row[],
  several: boolean,
  times: TimeWords,
  now: Instant,
  paper: Paper,
): readonly string[] =>
  paper.columns >= wideFrom
    ? [...wideTable(rows, several, times, now, paper), '']
    : rows.flatMap((row) => card(row, several, times, now, paper));
