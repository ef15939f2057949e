import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import * as z from 'zod/mini';
import { createTelemetry } from '#adapters/telemetry.ts';
import { prod, resourcesOf, type Template } from './stage.ts';

const alarm = z.object({
  Namespace: z.string(),
  MetricName: z.string(),
  Dimensions: z._default(z.array(z.object({ Name: z.string(), Value: z.string() })), []),
});
const dashboard = z.object({ DashboardBody: z.string() });
const body = z.object({
  widgets: z.array(z.object({ properties: z.object({ metrics: z._default(z.array(z.array(z.unknown())), []) }) })),
});

/** Something that alarm or dashboard asks for: what stands in `dimensions`, under `name`. */
type Asked = { readonly namespace: string; readonly dimensions: string; readonly name: string };

const watched = (template: Template): readonly Asked[] =>
  resourcesOf(template, 'AWS::CloudWatch::Alarm', alarm).map(
    ({ is: { Namespace: namespace, MetricName: name, Dimensions } }) => {
      return { namespace, name, dimensions: Dimensions.map(({ Name, Value }) => `${Name}=${Value}`).join() };
    },
  );

const drawn = (template: Template): readonly Asked[] =>
  resourcesOf(template, 'AWS::CloudWatch::Dashboard', dashboard)
    .flatMap(({ is }) => body.parse(JSON.parse(is.DashboardBody)).widgets)
    .flatMap(({ properties }) => properties.metrics)
    .map(([namespace, name, dimension, value]) => {
      return { namespace: String(namespace), name: String(name), dimensions: `${dimension}=${value}` };
    });

const functionsFolder = join(import.meta.dirname, '../../functions');
const source = (file: string): string => readFileSync(join(functionsFolder, file), 'utf8');

const importedBy = (file: string): readonly string[] =>
  [
    ...source(file).matchAll(/^(?:import|export) (?!type )[^;]*?from '(#|\.\/)([^']+\.ts)'|import\('#([^']+\.ts)'\)/gm),
  ].flatMap(([, kind, path, later]) => (kind === './' ? join(file, '..', path ?? '') : (path ?? later ?? [])));

/** All our code that a function may come to run. */
const reachedFrom = (file: string, reached = new Set<string>()): ReadonlySet<string> => {
  if (reached.has(file)) return reached;
  reached.add(file);
  for (const next of importedBy(file)) reachedFrom(next, reached);
  return reached;
};

const eventIn = /event: '([a-z-]+)'/g;
const eventsIn = (text: string): readonly string[] => [...text.matchAll(eventIn)].map(([, event = '']) => event);

/** The events that a function may report. */
const eventsOf = (handler: string): ReadonlySet<string> =>
  new Set([...reachedFrom(`handlers/${handler}/index.ts`)].flatMap((file) => eventsIn(source(file))));

const remembered = new Map<string, ReadonlySet<string>>();
const once = (key: string, make: () => ReadonlySet<string>): ReadonlySet<string> => {
  const made = remembered.get(key) ?? make();
  remembered.set(key, made);
  return made;
};

/** What reporting an event counts: as the telemetry does it, for a world in which all is well and one in which nothing is. */
const countNames = (event: string): ReadonlySet<string> => {
  const { logger, metrics, report } = createTelemetry('anybody', 'GpuWarden/test');
  logger.setLogLevel('SILENT');
  for (const [complete, breakerOpen] of [
    [true, false],
    [false, true],
  ]) {
    report(JSON.parse(JSON.stringify({ event, complete, understood: complete, breakerOpen, because: '' })));
  }
  const counted = metrics.hasStoredMetrics() ? metrics.serializeMetrics()._aws.CloudWatchMetrics : [];
  metrics.clearMetrics();
  return new Set(counted.flatMap(({ Metrics }) => Metrics.map(({ Name }) => Name)));
};

/** What a function may come to count. */
const countedBy = (handler: string): ReadonlySet<string> =>
  once(
    `of ${handler}`,
    () => new Set([...eventsOf(handler)].flatMap((event) => [...once(event, () => countNames(event))])),
  );

test('what alarms and dashboard ask for is counted: by that function, under that name, in that namespace', () => {
  const { template } = prod();
  const asked = [...watched(template), ...drawn(template)].filter(({ namespace }) => !namespace.startsWith('AWS/'));
  expect(watched(template).length).toBeGreaterThan(10);
  expect(drawn(template).length).toBeGreaterThan(10);
  expect(new Set(asked.map(({ namespace }) => namespace))).toEqual(new Set(['GpuWarden/prod']));
  const missing = asked.flatMap(({ dimensions, name }) =>
    countedBy(dimensions.replace(/^service=/, '')).has(name) ? [] : `${dimensions} does not count ${name}`,
  );
  expect(missing).toEqual([]);
});

test('each function counts its own', () => {
  expect(countedBy('watch-availability')).toContain('Polls');
  expect(countedBy('watch-availability')).not.toContain('GuardRuns');
  expect(countedBy('guard-runtimes')).toContain('RuntimesStuck');
  expect(countedBy('guard-runtimes')).not.toContain('MailsSent');
});
