import type { TimeWords } from '#adapters/mail/time-words.ts';
import { type Forecast, forecastOf } from '#domain/guardrails/forecast.ts';
import { canRecreate, type Particulars, type SpecPart } from '#domain/guardrails/particulars.ts';
import type { Instant } from '#domain/time.ts';
import type { Look, LookedAt } from './look.ts';
import { problemsOf } from './report.ts';
import { type Row, rowOf } from './row.ts';
import { type CheckedRule, checkedRules } from './rules.ts';
import { type ReadSample, samplesOf, unreadOf } from './samples.ts';

/**
 * Everything that `npm run explain` tells; with `--json` exactly this. `forecast`: were it idle from now on, whatever it is
 * now. `raw`: the metrics answer, where it was asked for; a text where it is no JSON.
 */
export type Explanation = {
  readonly at: Instant;
  readonly runtime: Row;
  readonly forecast: Forecast;
  readonly rules: readonly CheckedRule[];
  readonly samples: readonly ReadSample[];
  /** What of the metrics could not be read, or is not there. */
  readonly unread: readonly string[];
  readonly saved?: {
    readonly unsaved: readonly SpecPart[];
    readonly recreatable: boolean;
    readonly volume: Particulars['volume'];
  };
  readonly problems: readonly string[];
  readonly raw?: unknown;
};

const rawOf = (body: string | undefined): Pick<Explanation, 'raw'> => {
  if (body === undefined) return {};
  try {
    return { raw: JSON.parse(body) };
  } catch {
    return { raw: body };
  }
};

/** @param body the metrics answer as it came, where it is to be shown */
export const explanationOf = (look: Look, one: LookedAt, times: TimeWords, body: string | undefined): Explanation => {
  const { judged, metrics } = one;
  const particulars = judged.kase?.particulars;
  return {
    at: look.at,
    runtime: rowOf(look, one),
    forecast: forecastOf(look.fleet, judged),
    rules: checkedRules(look, one, times),
    samples: metrics === undefined ? [] : samplesOf(metrics),
    unread: metrics === undefined ? [] : unreadOf(metrics),
    ...(particulars === undefined
      ? {}
      : {
          saved: {
            unsaved: particulars.unsaved,
            recreatable: canRecreate(particulars.unsaved),
            volume: particulars.volume,
          },
        }),
    problems: problemsOf(look),
    ...rawOf(body),
  };
};
