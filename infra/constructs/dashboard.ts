import { Duration } from 'aws-cdk-lib';
import {
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type IMetric,
  type Metric,
  Stats,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import type { Settings } from '#adapters/configuration/settings.ts';
import type { Alarms } from './alarms.ts';
import type { WardenFunction } from './warden-function.ts';

export type WardenDashboardProps = {
  /** What stands above everything, in Markdown. */
  readonly heading: string;
  readonly alarms: Alarms;
  readonly functions: readonly WardenFunction<unknown>[];
  /** What the jobs count of themselves, by the title of its graph. */
  readonly counted: Readonly<Record<string, readonly Metric[]>>;
};

/** What stands above everything, in Markdown. */
export const dashboardHeading = (stage: string, { guardrails }: Settings): string =>
  [
    `# GPU Warden, ${stage}`,
    guardrails.mode === 'enforce'
      ? 'Guardrails **enforce**: owners are warned, idle runtimes are deleted.'
      : 'Guardrails only **observe**: nothing is deleted.',
    ...(guardrails.unsafeShortLadder
      ? ['**Unsafe short ladder**: runtimes are deleted within minutes; for tests only.']
      : []),
    `What to do about an alarm: docs/runbook.md. Everything at once: \`npm run doctor -- --stage ${stage}\`.`,
  ].join('\n\n');

const quarter = Duration.minutes(15);
const row = { width: 24 };

/** One page on how a stage is doing: its alarms first, then what it did, then what it is made of. */
export class WardenDashboard extends Construct {
  readonly dashboard: Dashboard;

  constructor(scope: Construct, id: string, { heading, alarms, functions, counted }: WardenDashboardProps) {
    super(scope, id);
    const graph = (title: string, left: IMetric[]) => new GraphWidget({ title, left, width: 12, height: 6 });
    const ofEach = (title: string, metricOf: (one: WardenFunction<unknown>) => IMetric) =>
      graph(title, functions.map(metricOf));
    this.dashboard = new Dashboard(this, 'Dashboard', {
      defaultInterval: Duration.days(1),
      widgets: [
        [new TextWidget({ markdown: heading, ...row, height: 3 })],
        [new AlarmStatusWidget({ title: 'Alarms', alarms: alarms.all, ...row, height: 4 })],
        Object.entries(counted).map(([title, metrics]) => graph(title, [...metrics])),
        [
          ofEach('How long functions run, slowest of each quarter', (one) =>
            one.function.metricDuration({ label: one.handler, period: quarter, statistic: Stats.MAXIMUM }),
          ),
          ofEach('Failures', (one) => one.function.metricErrors({ label: one.handler, period: quarter })),
        ],
      ],
    });
  }
}
