import type { RunbookArticle } from '#infra/constructs/alarms.ts';
import type { Step } from './finding.ts';

/** Where docs/runbook.md says more. */
export const article = (name: RunbookArticle): Step => ({
  words: `What it means and what to do: docs/runbook.md#${name}`,
});
