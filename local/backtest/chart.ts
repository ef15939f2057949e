import { hour, type Instant, second } from '#domain/time.ts';
import type { PolicyOutcome } from './outcome.ts';
import type { Past, PastRuntime } from './past.ts';
import type { PastHappening } from './replay-utilisation.ts';
import { sweepChart } from './sweep-chart.ts';

/** What is drawn of one policy. */
export type ChartedPolicy = { readonly outcome: PolicyOutcome; readonly happenings: readonly PastHappening[] };

export type ChartParts = {
  readonly past: Past;
  readonly policies: readonly ChartedPolicy[];
  readonly sweep?: { readonly setting: string; readonly policy: string; readonly outcomes: readonly PolicyOutcome[] };
};

export const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const width = 960;
const height = 40;
const mostBars = 480;

const short = (value: number): string => String(Math.round(value * 10) / 10);

/** Places on the time axis. */
type Axis = { readonly lengthSeconds: number; readonly x: (atSeconds: number) => number };

const axisOf = ({ lookAtSeconds }: Past): Axis => {
  const lengthSeconds = Math.max(1, lookAtSeconds.at(-1) ?? 1);
  return { lengthSeconds, x: (atSeconds) => (Math.min(atSeconds, lengthSeconds) / lengthSeconds) * width };
};

/** The highest use in each of some hundred equal spans, as one line; where there is no row there is no line. */
const usePath = ({ rows }: PastRuntime, { lengthSeconds }: Axis): string => {
  const span = lengthSeconds / mostBars;
  const highest = new Map<number, number>();
  for (const { atSeconds, gpuPercent } of rows) {
    const bar = Math.min(mostBars - 1, Math.floor(atSeconds / span));
    highest.set(bar, Math.max(highest.get(bar) ?? 0, gpuPercent));
  }
  const bars = [...highest].sort(([a], [b]) => a - b);
  const barWidth = width / mostBars;
  return bars
    .map(([bar, percent]) => {
      const tall = Math.max(0.6, (percent / 100) * height);
      return `M${short(bar * barWidth)} ${height}v-${short(tall)}h${short(barWidth)}v${short(tall)}z`;
    })
    .join('');
};

const marks: Readonly<
  Record<PastHappening['what'], { readonly title: string; readonly shape: (x: number) => string }>
> = {
  'first-warning': { title: 'first warning', shape: (x) => `<path class="first" d="M${short(x)} 0l5 9h-10z"/>` },
  'last-warning': { title: 'last warning', shape: (x) => `<path class="last" d="M${short(x)} 0l5 9h-10z"/>` },
  spared: { title: 'in use again', shape: (x) => `<circle class="used" cx="${short(x)}" cy="5" r="4"/>` },
  deleted: { title: 'deleted', shape: (x) => `<path class="cut" d="M${short(x)} 0v${height}"/>` },
};

const sinceWords = (atSeconds: number): string => {
  const minutes = Math.round(atSeconds / 60);
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')}`;
};

const hourLines = ({ lengthSeconds, x }: Axis): string => {
  const hours = (lengthSeconds * second) / hour;
  const step = [1, 2, 3, 6, 12, 24, 48, 168].find((each) => hours / each <= 13) ?? 720;
  const places = Array.from({ length: Math.floor(hours / step) + 1 }, (_, index) => index * step);
  return places.map((at) => `<text x="${short(x((at * hour) / second))}" y="12">${at} h</text>`).join('');
};

type Strip = {
  readonly runtime: PastRuntime;
  readonly place: number;
  readonly own: readonly PastHappening[];
  readonly deletion: PolicyOutcome['deletions'][number] | undefined;
};

const stripOf = ({ runtime, place, own, deletion }: Strip, startsAt: Instant, axis: Axis): string => {
  const secondsOf = (at: Instant) => (at - startsAt) / second;
  const after = deletion && axis.x(secondsOf(deletion.at));
  const until = axis.x(runtime.rows.at(-1)?.atSeconds ?? 0);
  const saved =
    after === undefined
      ? ''
      : `<rect class="${deletion?.false ? 'wrong' : 'freed'}" x="${short(after)}" width="${short(Math.max(0, until - after))}" height="${height}"/>`;
  const drawn = own.map(({ at, what }) => {
    const { title, shape } = marks[what];
    return `<g><title>${title} after ${sinceWords(secondsOf(at))}</title>${shape(axis.x(secondsOf(at)))}</g>`;
  });
  const fate =
    deletion === undefined
      ? 'not deleted'
      : `${deletion.false ? 'deleted by mistake' : `deleted, ${deletion.hoursFreed.toFixed(1)} h freed`}`;
  const words = `${runtime.name}: ${own.length === 0 ? 'nothing' : own.map(({ what, at }) => `${marks[what].title} after ${sinceWords(secondsOf(at))}`).join(', ')}`;
  return `<tr><th scope="row">${escaped(runtime.name)}<br><small>${fate}</small></th><td><svg viewBox="0 0 ${width} ${height}" preserveAspectRatio="none" role="img" aria-label="${escaped(words)}"><use href="#use-${place}"/>${saved}${drawn.join('')}</svg></td></tr>`;
};

const stripsOf = (strips: readonly Strip[], past: Past, axis: Axis): string =>
  `<table class="strips"><tbody>${strips.map((strip) => stripOf(strip, past.startsAt, axis)).join('\n')}</tbody><tfoot><tr><td></td><td><svg class="hours" viewBox="0 0 ${width} 16" preserveAspectRatio="none" aria-hidden="true">${hourLines(axis)}</svg></td></tr></tfoot></table>`;

const policySection = ({ outcome, happenings }: ChartedPolicy, past: Past, axis: Axis): string => {
  const byName = Map.groupBy(happenings, ({ name }) => name);
  const strips = past.runtimes.map((runtime, place) => ({
    runtime,
    place,
    own: byName.get(runtime.name) ?? [],
    deletion: outcome.deletions.find(({ runtime: name }) => name === runtime.name),
  }));
  const firstAt = ({ own }: Strip): Instant => own[0]?.at ?? 0;
  const touched = strips.filter(({ own }) => own.length > 0).sort((a, b) => firstAt(a) - firstAt(b));
  const untouched = strips.filter(({ own }) => own.length === 0);
  const breaker =
    outcome.breakerOpenedAt === undefined
      ? ''
      : `<p class="bad">The breaker opened after ${sinceWords((outcome.breakerOpenedAt - past.startsAt) / second)}: nothing is deleted from then on until somebody closes it.</p>`;
  return `<section><h2>${escaped(outcome.policy)}</h2>${breaker}${stripsOf(touched, past, axis)}${
    untouched.length === 0
      ? ''
      : `<details><summary>${untouched.length} runtimes that were left alone</summary>${stripsOf(untouched, past, axis)}</details>`
  }</section>`;
};

const cells = (outcome: PolicyOutcome): string =>
  [
    outcome.warned,
    outcome.spared,
    outcome.fired,
    outcome.false,
    outcome.hoursFreed.toFixed(1),
    `$${outcome.usdFreed.toFixed(2)}`,
    outcome.mailsSent,
  ]
    .map((cell) => `<td>${cell}</td>`)
    .join('');

/** The numbers behind a chart. */
export const numbersTable = (what: string, outcomes: readonly PolicyOutcome[]): string =>
  `<table class="numbers"><thead><tr><th scope="col">${escaped(what)}</th><th scope="col">warned</th><th scope="col">spared</th><th scope="col">deleted</th><th scope="col">false</th><th scope="col">hours freed</th><th scope="col">freed</th><th scope="col">mails</th></tr></thead><tbody>${outcomes.map((outcome) => `<tr><th scope="row">${escaped(outcome.policy)}</th>${cells(outcome)}</tr>`).join('')}</tbody></table>`;

const style = `
:root { color-scheme: light dark; --ink: #14181d; --paper: #fff; --quiet: #59636f; --line: #d8dee4; --use: #57606a;
  --good: #1a7f37; --bad: #cf222e; --first: #bf8700; --last: #bc4c00; --used: #0969da; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --paper: #0d1117; --quiet: #9198a1; --line: #30363d; --use: #9198a1;
  --good: #3fb950; --bad: #f85149; --first: #e3b341; --last: #f0883e; --used: #58a6ff; } }
body { font: 15px/1.45 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 1180px; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem } h2 { font-size: 1.15rem; margin: 2rem 0 .5rem } p { margin: .3rem 0 1rem; color: var(--quiet) }
p.bad { color: var(--bad); font-weight: 600 } small { color: var(--quiet); font-weight: 400 }
table { border-collapse: collapse } .numbers { margin: 1rem 0; font-variant-numeric: tabular-nums }
.numbers th, .numbers td { padding: .3rem .8rem; border-bottom: 1px solid var(--line); text-align: right } .numbers th:first-child { text-align: left }
.strips { width: 100%; table-layout: fixed } .strips th { width: 11rem; text-align: left; font-size: .85rem; font-weight: 600; padding: .25rem .5rem .25rem 0; overflow: hidden; text-overflow: ellipsis; vertical-align: middle }
.strips td { padding: .2rem 0; border-bottom: 1px solid var(--line) } .strips tfoot td, .strips tfoot th { border: 0 } .strips tfoot td:first-child { width: 11rem }
svg { display: block; width: 100%; height: 40px; overflow: visible } svg.hours { height: 16px; overflow: visible } .hours text { font-size: 11px; fill: var(--quiet) }
.bars { fill: var(--use); opacity: .75 } .freed { fill: url(#freed) } .wrong { fill: var(--bad); opacity: .18 } .cut { stroke: var(--ink); stroke-width: 2.5; fill: none }
.first { fill: var(--first) } .last { fill: var(--last) } .used { fill: var(--used) }
.legend { display: flex; flex-wrap: wrap; gap: .3rem 1.4rem; font-size: .85rem; color: var(--quiet); margin: 1rem 0 } .legend svg { display: inline-block; width: 16px; height: 14px; vertical-align: -2px; margin-right: .35rem }
details { margin-top: .6rem } summary { cursor: pointer; color: var(--quiet) }
.sweep { height: auto; max-width: 860px } .sweep text { font-size: 12px; fill: var(--quiet) } .sweep .grid { stroke: var(--line) } .sweep .hours-line { stroke: var(--good); stroke-width: 2.5; fill: none } .sweep .hours-dot { fill: var(--good) } .sweep .false-bar { fill: var(--bad) }
`;

const legend = `<div class="legend" aria-hidden="true"><span><svg viewBox="0 0 16 14"><rect class="bars" y="3" width="16" height="11"/></svg>GPU use, 0 to 100 %</span><span><svg viewBox="0 0 16 14"><path class="first" d="M8 2l5 9h-10z"/></svg>first warning</span><span><svg viewBox="0 0 16 14"><path class="last" d="M8 2l5 9h-10z"/></svg>last warning</span><span><svg viewBox="0 0 16 14"><circle class="used" cx="8" cy="7" r="4"/></svg>in use again after a warning</span><span><svg viewBox="0 0 16 14"><path class="cut" d="M8 0v14"/></svg>deleted</span><span><svg viewBox="0 0 16 14"><rect class="freed" width="16" height="14"/></svg>freed</span><span><svg viewBox="0 0 16 14"><rect class="wrong" width="16" height="14"/></svg>deleted by mistake</span></div>`;

const definitions = ({ runtimes }: Past, axis: Axis): string =>
  `<svg width="0" height="0" style="position:absolute;width:0;height:0" aria-hidden="true"><defs><pattern id="freed" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="6" height="6" fill="var(--good)" opacity=".14"/><path d="M0 0v6" stroke="var(--good)" stroke-width="2" opacity=".55"/></pattern>${runtimes.map((runtime, place) => `<path id="use-${place}" class="bars" d="${usePath(runtime, axis)}"/>`).join('')}</defs></svg>`;

/** A page with the charts that opens by itself: no script, nothing from a network. */
export const chartPage = ({ past, policies, sweep }: ChartParts): string => {
  const axis = axisOf(past);
  const length = `${past.runtimes.length} runtimes over ${((axis.lengthSeconds * second) / hour).toFixed(1)} h from ${new Date(past.startsAt).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  const swept = sweep === undefined ? '' : sweepChart(sweep);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>GPU Warden: back-test</title><style>${style}</style></head>
<body>${definitions(past, axis)}<h1>What GPU Warden would have done</h1><p>${length}. Nobody kept a runtime, and owners answered no warning.</p>
${
  policies.length === 0
    ? ''
    : numbersTable(
        'policy',
        policies.map(({ outcome }) => outcome),
      )
}${swept}${policies.length === 0 ? '' : legend}
${policies.map((policy) => policySection(policy, past, axis)).join('\n')}
</body></html>
`;
};
