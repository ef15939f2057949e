import { expect, test } from 'vitest';
import * as z from 'zod/mini';
import { prod, resourcesOf, type Stage, synthesiseOne } from './stage.ts';

const dashboard = z.object({ DashboardBody: z.string() });
const widget = z.object({
  type: z.string(),
  properties: z.looseObject({ markdown: z.optional(z.string()), alarms: z.optional(z.array(z.string())) }),
});
const body = z.object({ widgets: z.array(widget) });

const widgetsOf = ({ template }: Stage) => {
  const [found, ...others] = resourcesOf(template, 'AWS::CloudWatch::Dashboard', dashboard);
  expect(others).toEqual([]);
  return body.parse(JSON.parse(found?.is.DashboardBody ?? '')).widgets;
};
const headingOf = (stage: Stage): string =>
  widgetsOf(stage).flatMap(({ properties }) => properties.markdown ?? [])[0] ?? '';

test('the dashboard shows every alarm there is', () => {
  const shown = widgetsOf(prod()).flatMap(({ properties }) => properties.alarms ?? []);
  const alarms = resourcesOf(prod().template, 'AWS::CloudWatch::Alarm', z.unknown());
  expect(shown.map((arn) => arn.split(':').at(-1)).sort()).toEqual(
    alarms.map(({ id }) => `gpu-warden-prod-${id}`).sort(),
  );
});

test('its heading says which stage it is, and whether anything is deleted', () => {
  expect(headingOf(prod())).toMatch(/^# GPU Warden, prod\n/);
  expect(headingOf(prod())).toContain('only **observe**: nothing is deleted');
  expect(headingOf(prod())).not.toMatch(/unsafe/i);
});

test('a ladder that is unsafe is shown above everything', () => {
  expect(headingOf(synthesiseOne({ guardrails: { unsafeShortLadder: true } }))).toMatch(/unsafe short ladder/i);
});

test('graphs have something to draw', () => {
  const graphs = widgetsOf(prod()).filter(({ type }) => type === 'metric');
  expect(graphs.length).toBeGreaterThan(3);
  for (const { properties } of graphs) expect(properties.metrics).not.toEqual([]);
});
