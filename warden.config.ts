import { defineConfig } from './functions/adapters/configuration/define-config.ts';

// Your settings. `npm start` runs with this file as it is; before you deploy, replace everything that says REPLACE-ME and
// every example.com. All settings, their defaults and meanings: docs/settings.md. No credential belongs into this file.
export default defineConfig({
  provider: {
    organisation: 'org-REPLACE-ME',
    // Every project that is looked after, at least one.
    projects: ['prj-REPLACE-ME'],
  },

  mail: {
    // Notices come from here. Amazon SES sends only from addresses that it has verified, or whose domain it has.
    sender: 'gpu-warden@example.com',
    // 'create-address': the deployment asks SES to verify the sender, which is then mailed a link.
    identity: 'existing',
    // Whoever runs this installation: troubles and daily summaries go there.
    operator: 'operator@example.com',
    // In which zone mails write their times.
    timeZone: 'UTC',
  },

  availability: {
    // How often to look: every 60, 30, 20 or 15 seconds.
    pollSeconds: 60,

    watches: [
      // Exact: one config in one region. One mail when it can be rented, then the watch is done.
      { to: 'ml-team@example.com', region: 'as-south-1', configId: 'gpu-h100-80g-20cpu-125g' },

      // By description: two GPUs of any kind with 80 GiB or more, in one machine, in any region, for at most $2.50 per GPU
      // and hour. `every`: a mail for each time that such an offer comes back, not only for the first.
      { to: 'research@example.com', vramMinGib: 80, gpus: 2, maxPricePerGpuHour: 2.5, notify: 'every' },

      // A model wherever it is. `until` ends a watch by itself:
      // { to: 'me@example.com', model: 'RTX 5090', until: '2027-06-30' },
    ],
  },

  // Idle runtimes: warned about after 60 and 105 idle minutes, deleted after 120. How idle is judged, and examples for
  // policies, owners and exemptions: docs/policies.md.
  guardrails: {
    // Only tells the operator, once a day, what it would do. 'enforce' warns the owners and deletes.
    mode: 'observe',

    // Who is told: the first part of a runtime's name is its owner. Without owners the operator is.
    // owners: [{ name: '{owner}-*', to: '{owner}@your-company.com' }],

    // What is never touched. `until` is a date, or 'forever'.
    // exemptions: [{ name: 'inference-*', until: 'forever', because: 'serves customers' }],
  },

  // Nothing is created unless you say who may have it done, and what all of it together may cost in an hour: docs/api.md.
  // creating: { allowed: 'operators', whenAvailable: true, maxUsdPerHour: 20 },

  deployment: {
    // The table survives `cdk destroy`, with the watches, the keeps and the ledger in it.
    keepData: true,
    // Days after which log lines are forgotten.
    logRetentionDays: 30,
    // Where alarms go; without it the operator gets them.
    // alarmsTo: 'on-call@your-company.com',
  },
});
