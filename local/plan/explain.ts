import { processEnvironment } from '#adapters/configuration/process-environment.ts';
import { timeWordsFor } from '#adapters/mail/time-words.ts';
import { chooseRuntime } from './choose.ts';
import { explainPage } from './explain-page.ts';
import { explanationOf } from './explanation.ts';
import { lookOnce } from './look.ts';
import { type ExplainOptions, readExplainCommand } from './options.ts';
import { PlanError } from './plan-error.ts';
import { openSource } from './source.ts';
import { jsonLine, paperOf, runCommand } from './terminal.ts';

const explain = async (options: ExplainOptions) => {
  const { settings, provider, rawMetrics, close } = await openSource(options);
  try {
    const look = await lookOnce({ settings, provider, clock: Date.now, choose: chooseRuntime(options.runtime) });
    const [one] = look.runtimes;
    if (one === undefined) throw new PlanError('There is nothing to explain.');
    const times = timeWordsFor({ ...settings.mail, ...settings.guardrails });
    const explanation = explanationOf(look, one, times, options.raw ? [...rawMetrics.values()].at(-1) : undefined);
    const text = options.json ? `${jsonLine(explanation)}\n` : explainPage(explanation, times, paperOf(process.stdout));
    return { text, whole: explanation.problems.length === 0 };
  } finally {
    await close();
  }
};

await runCommand(readExplainCommand(process.argv.slice(2), processEnvironment()), explain);
