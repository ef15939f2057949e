import { textTable } from '#local/text-table.ts';
import { addCoverage, type Coverage, states } from './coverage.ts';
import type { BatchReport } from './crew.ts';
import { faultNames } from './faults.ts';

/** What all batches came to. */
export type Summary = Omit<BatchReport, 'failing'> & { readonly failing: BatchReport['failing'] };

export const createSummary = () => {
  const coverage: Coverage = Object.fromEntries(faultNames.map((name) => [name, {}]));
  const sums = { histories: 0, onWire: 0, entries: 0, deletions: 0, mails: 0 };
  const failing: BatchReport['failing'][number][] = [];
  return {
    add: (report: BatchReport): void => {
      for (const name of Object.keys(sums) as (keyof typeof sums)[]) sums[name] += report[name];
      addCoverage(coverage, report.coverage);
      failing.push(...report.failing);
    },
    sums: (): Summary => ({ ...sums, coverage, failing: failing.toSorted((a, b) => a.index - b.index) }),
  };
};

/** Each trouble by the state that it struck in. A dot is a hole: that has not been tried. */
export const coverageTable = (coverage: Coverage): string => {
  const rows = Object.entries(coverage).sort(([a], [b]) => a.localeCompare(b, 'en'));
  return textTable(
    ['trouble', ...states],
    rows.map(([trouble, row]) => [trouble, ...states.map((state) => String(row[state] ?? '·'))]),
  );
};

/** The end of a run, for people. */
export const summaryPage = ({ coverage, ...sums }: Summary, seed: number, seconds: number): string => {
  const { histories, onWire, entries, deletions, mails, failing } = sums;
  const verdict =
    failing.length === 0
      ? 'ok: every promise held in every history'
      : `BROKEN in ${failing.length} histories: ${failing
          .map(({ index }) => index)
          .slice(0, 20)
          .join(', ')}`;
  return [
    'What struck, by the state that it struck in:',
    '',
    coverageTable(coverage),
    '',
    `${histories} histories of seed ${seed} in ${seconds.toFixed(0)} s, ${onWire} of them with every call on the wire`,
    `${entries} things seen from outside, ${mails} mails, ${deletions} DELETEs`,
    verdict,
  ].join('\n');
};
