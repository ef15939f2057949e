import { escaped, numbersTable } from './chart.ts';
import type { PolicyOutcome } from './outcome.ts';

const [width, height, left, right, top, bottom] = [860, 320, 60, 60, 20, 44];

const short = (value: number): string => String(Math.round(value * 10) / 10);

/** A round number at or above, for the end of an axis of five parts. */
const roundUp = (value: number): number => {
  const scale = 10 ** Math.floor(Math.log10(Math.max(value, 1)));
  return ([1, 2, 2.5, 5, 10].find((each) => each * scale >= value) ?? 10) * scale;
};

/** Freed hours as a line, false deletions as bars, over the values of the setting; and the numbers. */
export const sweepChart = ({
  setting,
  policy,
  outcomes,
}: {
  readonly setting: string;
  readonly policy: string;
  readonly outcomes: readonly PolicyOutcome[];
}): string => {
  const mostHours = roundUp(Math.max(...outcomes.map(({ hoursFreed }) => hoursFreed)));
  const mostFalse = Math.max(5, ...outcomes.map((outcome) => outcome.false));
  const step = (width - left - right) / outcomes.length;
  const x = (index: number) => left + (index + 0.5) * step;
  const y = (part: number) => height - bottom - part * (height - top - bottom);
  const bars = outcomes.map((outcome, index) => {
    const part = outcome.false / mostFalse;
    const wide = Math.min(26, step * 0.6);
    return `<rect class="false-bar" x="${short(x(index) - wide / 2)}" y="${short(y(part))}" width="${short(wide)}" height="${short(y(0) - y(part))}"><title>${escaped(outcome.policy)}: ${outcome.false} false</title></rect>`;
  });
  const points = outcomes.map(({ hoursFreed }, index) => `${short(x(index))},${short(y(hoursFreed / mostHours))}`);
  const dots = outcomes.map(({ policy: value, hoursFreed }, index) => {
    const [cx, cy] = points[index]?.split(',') ?? [];
    return `<circle class="hours-dot" cx="${cx}" cy="${cy}" r="4"><title>${escaped(value)}: ${hoursFreed.toFixed(1)} h freed</title></circle>`;
  });
  const grid = [0, 0.2, 0.4, 0.6, 0.8, 1].map(
    (part) =>
      `<path class="grid" d="M${left} ${short(y(part))}H${width - right}"/><text x="${left - 8}" y="${short(y(part) + 4)}" text-anchor="end">${short(part * mostHours)} h</text>`,
  );
  const falseTicks = [0, mostFalse].map(
    (count) => `<text x="${width - right + 8}" y="${short(y(count / mostFalse) + 4)}">${count} false</text>`,
  );
  const every = Math.ceil(outcomes.length / 14);
  const labels = outcomes.flatMap(({ policy: value }, index) =>
    index % every === 0
      ? [`<text x="${short(x(index))}" y="${height - bottom + 18}" text-anchor="middle">${escaped(value)}</text>`]
      : [],
  );
  const what = `${setting} of ${policy}`;
  return `<section><h2>${escaped(what)}: hours freed (line) and false deletions (bars)</h2><svg class="sweep" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(what)}: hours freed and false deletions; the numbers stand in the table below">${grid.join('')}${bars.join('')}<polyline class="hours-line" points="${points.join(' ')}"/>${dots.join('')}${labels.join('')}${falseTicks.join('')}</svg>${numbersTable(setting, outcomes)}</section>`;
};
