import { describe, expect, test } from 'vitest';
import { readSettings } from '#adapters/configuration/define-config.ts';
import { judgeMailAccount, judgeSandbox } from '#local/deployed/checks/mail-account.ts';
import { addresseesIn, domainsOf, type Identity } from '#local/deployed/checks/mail-facts.ts';
import { judgeConfigurationSet, judgeDkim, judgeSender } from '#local/deployed/checks/sender.ts';
import { type Delivery, judgeDelivery } from '#local/deployed/checks/suppression.ts';
import { judgements } from './doctor-judged.ts';

const now = Date.UTC(2026, 2, 3, 14);
const options = { flags: ' --region eu-central-1' };
const step = { words: 'bring it back', command: 'this' };

describe('the account at SES', () => {
  const account = (more: object) => () =>
    judgeMailAccount(
      {
        ProductionAccessEnabled: true,
        SendingEnabled: true,
        EnforcementStatus: 'HEALTHY',
        SendQuota: { Max24HourSend: 1_000, SentLast24Hours: 100 },
        ...more,
      },
      options,
    );
  const sent = (SentLast24Hours: number, Max24HourSend = 1_000) =>
    account({ SendQuota: { Max24HourSend, SentLast24Hours } });
  judgements([
    ['out of the sandbox', account({}), 'ok', /^SES sends to everybody\n900 of 1000 mails left for these 24 hours$/],
    [
      'in it',
      account({ ProductionAccessEnabled: false }),
      'warning',
      /only to verified(.|\n)*put-account-details .*eu-central-1/,
    ],
    ['paused', account({ SendingEnabled: false }), 'broken', /sending is paused/],
    ['on probation', account({ EnforcementStatus: 'PROBATION' }), 'warning', /on PROBATION/],
    ['shut down', account({ EnforcementStatus: 'SHUTDOWN' }), 'broken', /on SHUTDOWN/],
    ['nearly at its quota', sent(950), 'warning', /50 of 1000/],
    ['at it', sent(1_000), 'broken', /0 of 1000/],
    ['without a quota', sent(5_000, -1), 'ok', /no limit/],
  ]);
});

describe('the sender', () => {
  const dkim = { signing: true, status: 'SUCCESS', tokens: ['t1', 't2'] };
  const known = (name: string, more: Partial<Identity> = {}): Identity => ({
    name,
    verified: true,
    status: 'SUCCESS',
    dkim,
    ...more,
  });
  const sender = 'warden@mail.gpu.dev';
  const pending = { verified: false, status: 'PENDING' };
  const unsigned = { dkim: { signing: false, status: 'NOT_STARTED', tokens: [] } };
  const asked = { dkim: { ...dkim, status: 'PENDING' } };
  const verified =
    (...identities: Identity[]) =>
    () =>
      judgeSender(sender, identities, options);
  const signed =
    (...identities: Identity[]) =>
    () =>
      judgeDkim(sender, identities, options);
  judgements([
    ['by itself', verified(known(sender)), 'ok', /^warden@mail\.gpu\.dev is verified$/],
    ['by its domain', verified(known(sender, pending), known('gpu.dev')), 'ok', /verified by its domain gpu\.dev$/],
    [
      'unknown',
      verified(),
      'broken',
      /knows neither(.|\n)*--email-identity warden@mail\.gpu\.dev(.|\n)*--email-identity mail\.gpu\.dev/,
    ],
    ['with a mail to be answered', verified(known(sender, pending)), 'broken', /PENDING(.|\n)*Follow the link/],
    [
      'with records to be made',
      verified(known('gpu.dev', pending)),
      'broken',
      /t2\._domainkey\.gpu\.dev CNAME t2\.dkim\.amazonses\.com/,
    ],
    ['signed', signed(known(sender, unsigned), known('gpu.dev')), 'ok', /^mails are signed by gpu\.dev$/],
    [
      'of an unknown domain',
      signed(known(sender, unsigned)),
      'warning',
      /create-email-identity --email-identity mail\.gpu\.dev/,
    ],
    ['not signed yet', signed(known('gpu.dev', asked)), 'warning', /gpu\.dev: PENDING(.|\n)*t1\._domainkey/],
    ['switched off', signed(known('gpu.dev', unsigned)), 'warning', /switched off(.|\n)*--signing-enabled/],
  ]);
});

describe('what comes back of mails', () => {
  const types = ['BOUNCE', 'COMPLAINT', 'REJECT'] as const;
  const to = { EventBridgeDestination: { EventBusArn: 'arn' } };
  const set =
    (...destinations: Parameters<typeof judgeConfigurationSet>[2]) =>
    () =>
      judgeConfigurationSet('mails', {}, destinations, step, options);
  judgements([
    ['all', set({ Name: 'e', Enabled: true, MatchingEventTypes: [...types], ...to }), 'ok', /come back through mails/],
    [
      'switched off',
      set({ Name: 'e', Enabled: false, MatchingEventTypes: [...types], ...to }),
      'broken',
      /BOUNCE, COMPLAINT/,
    ],
    [
      'some',
      set({ Name: 'e', Enabled: true, MatchingEventTypes: ['BOUNCE'], ...to }),
      'broken',
      /of COMPLAINT, REJECT:/,
    ],
    [
      'elsewhere',
      set({ Name: 'e', Enabled: true, MatchingEventTypes: [...types] }),
      'broken',
      /BOUNCE, COMPLAINT, REJECT/,
    ],
    ['no set', () => judgeConfigurationSet('mails', undefined, [], step, options), 'broken', /refuses every mail/],
    [
      'a paused one',
      () => judgeConfigurationSet('mails', { SendingOptions: { SendingEnabled: false } }, [], step, options),
      'broken',
      /paused(.|\n)*put-configuration-set-sending-options .*eu-central-1/,
    ],
  ]);
});

describe('recipients', () => {
  const policy = { name: 'default', fallback: 'lead@gpu.dev' };
  const settings = readSettings({
    provider: { organisation: 'org-a', projects: ['prj-a'] },
    mail: { sender: 'warden@gpu.dev', operator: 'Ops@gpu.dev' },
    availability: { watches: [{ to: 'ops@gpu.dev', model: 'H100' }] },
    guardrails: { owners: [{ name: '{owner}-*', to: '{owner}@people.dev' }], policies: [policy] },
  });
  const all = addresseesIn(settings);
  const inSandbox =
    (...verified: string[]) =>
    () =>
      judgeSandbox(all, new Set(verified), options);
  const delivery = (setting: string, known: Delivery) => () =>
    judgeDelivery({ address: 'ops@gpu.dev', setting }, known, { stage: 'prod', awsOptions: options }, now);
  const listed = { onList: { reason: 'COMPLAINT', at: now - 7_200_000 } };
  const own = { undeliverable: { because: 'it bounced', since: now - 60_000 } };

  test('each address once, the operator first, with the setting that names it', () => {
    expect(all.map(({ address, setting }) => `${address} ${setting}`)).toEqual([
      'Ops@gpu.dev mail.operator',
      'lead@gpu.dev guardrails.policies[0].fallback',
      '{owner}@people.dev guardrails.owners[0].to',
    ]);
  });

  test('an address stands on its domain and those above it', () => {
    expect(domainsOf('a@x.Gpu.dev')).toEqual(['x.gpu.dev', 'gpu.dev']);
  });

  judgements([
    ['all verified', inSandbox('ops@gpu.dev', 'lead@gpu.dev', 'people.dev'), 'ok', /^3 addresses in the settings, all/],
    ['a domain is not', inSandbox('gpu.dev'), 'broken', /\{owner\}@people\.dev (.|\n)*--email-identity people\.dev/],
    ['an address is not', inSandbox('ops@gpu.dev', 'people.dev'), 'broken', /lead@gpu\.dev \(guardrails\.policies/],
    ['written to', delivery('mail.operator', {}), 'ok', /^$/],
    [
      'the operator, on SES’s list',
      delivery('mail.operator', listed),
      'broken',
      /COMPLAINT, 2 h ago(.|\n)*unsuppress -- --stage prod .*--region eu-central-1/,
    ],
    ['another', delivery('guardrails.fallback', listed), 'warning', /guardrails\.fallback/],
    ['by our own memory', delivery('mail.operator', own), 'broken', /writes no more to ops@gpu\.dev .*it bounced/],
  ]);
});
