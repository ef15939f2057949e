import { tokenVariable } from '../start-options.ts';

const environment = `
Environment:
  ${tokenVariable}  personal access token (pat-nc-…); it is only ever used to read

Exit code:
  0  everything was looked at
  1  something was not: a token that is refused, a project that does not exist, a listing that is not whole, no prices;
     what could be seen is shown all the same
`;

const instants = 'Instants are ISO 8601; sums are USD; what is not known is missing.';

export const planHelp = `
Examples:
  npm run plan -- --emulator
      what it looks like, without an account: five made-up runtimes
  NEEVCLOUD_TOKEN=pat-nc-… npm run plan
      yours, by the projects and rules in warden.config.ts
  NEEVCLOUD_TOKEN=pat-nc-… npm run --silent plan -- --json | jq '.totals'
      for a machine; --silent keeps npm's own lines out of it
${environment}
--json, one object on one line. Its names stay; others may be added.
${instants}
  at, provider, projects[{project, listing: whole|cut|failed, because, runtimes}],
  prices{listing, because}, problems[text],
  runtimes[{project, id, name, region, status, gpus, gpuModel, gpuConfigId, createdAt, plan: on-demand|reserved|unreadable,
    reading{state: in-use|idle|unknown|not-read, because, gpuPercent, cpu{value, unit}, memory{value, unit}, sampledAt},
    policy, mode: enforce|observe|off, state, verdict, because, pricePerGpuHour, usdPerHour, exemption{until, because},
    ifItStaysIdle{outcome: deleted|stays, would, because, firstWarningAt, lastWarningAt, deleteAt, told[address]}}],
  totals{runtimes, running, inUse, idle, unknown, usdPerHour, idleUsdPerHour, deletableUsdPerHour, unpriced},
  observeTo: operator|owner, exemptions[{about, until, because, runtimes}], placeholders[path]
`;

export const explainHelp = `
Examples:
  npm run explain -- ana-notebook
      by its name, or a part of it, or its id
  npm run explain -- bob-notebook --emulator
      one of the made-up runtimes of npm run plan -- --emulator
  npm run explain -- ana-notebook --raw
      with the metrics answer as it came, to fit provider.mappings.metrics
${environment}
--json, one object on one line. Its names stay; others may be added.
${instants}
  at, runtime (as in npm run plan -- --json), forecast (its ifItStaysIdle, whatever it is now), rules[{rule, stands: passes|stops|not-yet|unseen, lines[text]}],
  samples[{of: gpu|cpu|memory, gpu, value, unit, sampledAt}], unread[text],
  saved{unsaved[part], recreatable, volume}, problems[text], raw
`;
