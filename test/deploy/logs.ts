import { type FilteredLogEvent, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import * as z from 'zod';
import type { Clients } from './aws.ts';

const logLine = z.looseObject({ message: z.string(), level: z.string() });
/** A line of a function's own log: an event by its name, its facts beside it. */
export type LogLine = z.output<typeof logLine>;

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** All that a log group holds from then on, oldest first. */
export const readLog = async (
  { logs }: Pick<Clients, 'logs'>,
  logGroupName: string,
  startTime: number,
): Promise<readonly FilteredLogEvent[]> => {
  const lines: FilteredLogEvent[] = [];
  let nextToken: string | undefined;
  do {
    const page = await logs.send(new FilterLogEventsCommand({ logGroupName, startTime, nextToken }));
    lines.push(...(page.events ?? []));
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return lines;
};

/** The lines among them that the functions wrote themselves. */
export const ownLines = (lines: readonly FilteredLogEvent[]): readonly LogLine[] =>
  lines.flatMap(({ message = '' }) => {
    const line = logLine.safeParse(jsonOf(message));
    return line.success ? [line.data] : [];
  });

const embedded = z.looseObject({
  _aws: z.object({
    Timestamp: z.number(),
    CloudWatchMetrics: z.array(
      z.object({
        Namespace: z.string(),
        Dimensions: z.array(z.array(z.string())),
        Metrics: z.array(z.object({ Name: z.string() })),
      }),
    ),
  }),
});

/** One number that a function reported, as CloudWatch would file it. */
export type Datum = {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly value: number;
  readonly at: number;
};

const numbersOf = z.union([z.number().transform((value) => [value]), z.array(z.number())]);

/** What CloudWatch takes out of lines in its embedded metric format. Source: "Specification: Embedded metric format", CloudWatch user guide. */
export const embeddedMetrics = (lines: readonly FilteredLogEvent[]): readonly Datum[] =>
  lines.flatMap(({ message = '' }) => {
    const line = embedded.safeParse(jsonOf(message));
    if (!line.success) return [];
    const { _aws, ...facts } = line.data;
    return _aws.CloudWatchMetrics.flatMap(({ Namespace, Dimensions, Metrics }) =>
      Dimensions.flatMap((names) =>
        Metrics.flatMap(({ Name }) =>
          (numbersOf.safeParse(facts[Name]).data ?? []).map((value) => ({
            namespace: Namespace,
            name: Name,
            dimensions: Object.fromEntries(names.map((name) => [name, String(facts[name])])),
            value,
            at: _aws.Timestamp,
          })),
        ),
      ),
    );
  });
