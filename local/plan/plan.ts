import { processEnvironment } from '#adapters/configuration/process-environment.ts';
import { timeWordsFor } from '#adapters/mail/time-words.ts';
import { lookOnce } from './look.ts';
import { type PlanOptions, readPlanCommand } from './options.ts';
import { planPage } from './page.ts';
import { planReportOf } from './report.ts';
import { openSource } from './source.ts';
import { jsonLine, paperOf, progressOn, runCommand } from './terminal.ts';

const plan = async (options: PlanOptions) => {
  const { emulated, settings, provider, close } = await openSource(options);
  const progress = progressOn(process.stderr);
  try {
    const look = await lookOnce({ settings, provider, clock: Date.now, progress: progress.tell });
    const report = planReportOf(look, settings, emulated);
    const times = timeWordsFor({ ...settings.mail, ...settings.guardrails });
    const text = options.json ? `${jsonLine(report)}\n` : planPage(report, times, paperOf(process.stdout));
    return { text, whole: report.problems.length === 0 };
  } finally {
    progress.end();
    await close();
  }
};

await runCommand(readPlanCommand(process.argv.slice(2), processEnvironment()), plan);
