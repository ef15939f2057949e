import { lookAtAlarms, lookAtSubscriptions } from './alarms.ts';
import { lookAtCredential } from './credential.ts';
import type { Facts } from './facts.ts';
import type { Judgement } from './finding.ts';
import { lookAtBreaker, lookAtTroubles } from './guard.ts';
import { lookAtLinkKeys } from './link-keys.ts';
import { lookAtLinks } from './links.ts';
import { lookAtMailAccount, lookAtRecipients } from './mail-account.ts';
import { lookAtMetrics } from './metrics.ts';
import { lookAtInventory, lookAtRuntimes } from './provider.ts';
import { lookAtDeadLetters, lookAtNoticeQueue } from './queues.ts';
import { lookAtAvailabilityRuns, lookAtGuardRuns } from './runs.ts';
import { lookAtSchedules } from './schedules.ts';
import { lookAtConfigurationSet, lookAtSender } from './sender.ts';
import { lookAtDeployedSettings, lookAtMode, lookAtSettings } from './settings.ts';
import { lookAtStack } from './stack.ts';
import { lookAtSuppression } from './suppression.ts';

/** One thing that is looked at. It needs of the facts what it asks for, and throws what it cannot judge. */
export type Check = {
  readonly group: string;
  readonly name: string;
  readonly look: (facts: Facts) => Promise<Judgement>;
};

/** Everything that the doctor looks at, in the order in which it is told. */
export const allChecks: readonly Check[] = [
  { group: 'What is deployed', name: 'settings', look: lookAtSettings },
  { group: 'What is deployed', name: 'stack', look: lookAtStack },
  { group: 'What is deployed', name: 'deployed settings', look: lookAtDeployedSettings },
  { group: 'What is deployed', name: 'mode', look: lookAtMode },
  { group: 'The provider', name: 'credential', look: lookAtCredential },
  { group: 'The provider', name: 'inventory', look: lookAtInventory },
  { group: 'The provider', name: 'runtimes', look: lookAtRuntimes },
  { group: 'The provider', name: 'metrics', look: lookAtMetrics },
  { group: 'Mail', name: 'mail account', look: lookAtMailAccount },
  { group: 'Mail', name: 'sender', look: lookAtSender },
  { group: 'Mail', name: 'recipients', look: lookAtRecipients },
  { group: 'Mail', name: 'suppression', look: lookAtSuppression },
  { group: 'Mail', name: 'bounces', look: lookAtConfigurationSet },
  { group: 'At work', name: 'schedules', look: lookAtSchedules },
  { group: 'At work', name: 'availability', look: lookAtAvailabilityRuns },
  { group: 'At work', name: 'guardrails', look: lookAtGuardRuns },
  { group: 'At work', name: 'breaker', look: lookAtBreaker },
  { group: 'At work', name: 'troubles', look: lookAtTroubles },
  { group: 'At work', name: 'notices', look: lookAtNoticeQueue },
  { group: 'At work', name: 'dead letters', look: lookAtDeadLetters },
  { group: 'Links and alarms', name: 'link keys', look: lookAtLinkKeys },
  { group: 'Links and alarms', name: 'links', look: lookAtLinks },
  { group: 'Links and alarms', name: 'alarms', look: lookAtAlarms },
  { group: 'Links and alarms', name: 'alarm mails', look: lookAtSubscriptions },
];
