import { describe } from 'vitest';
import { readSettings } from '#adapters/configuration/define-config.ts';
import { judgeCredential, setTokenStep } from '#local/deployed/checks/credential.ts';
import { readCredential } from '#local/deployed/checks/credential-value.ts';
import { judgeLinkKeys } from '#local/deployed/checks/link-keys.ts';
import { createSecrets } from '#local/deployed/checks/secrets.ts';
import { judgeDeployedSettings, judgeMode, judgeSettings } from '#local/deployed/checks/settings.ts';
import { judgeStack } from '#local/deployed/checks/stack.ts';
import { outputKeys } from '#local/deployed/checks/stack-facts.ts';
import { judgements } from './doctor-judged.ts';

const now = Date.UTC(2026, 2, 3, 14);
const minutes = (count: number) => now - count * 60_000;
const place = { stage: 'prod', stackName: 'gpu-warden-prod', awsOptions: { flags: '' } };
const step = { words: 'do it', command: 'this' };

describe('settings', () => {
  const settingsOf = (more: object = {}) =>
    readSettings({
      provider: { organisation: 'org-a', projects: ['prj-a'] },
      mail: { sender: 'warden@gpu.dev', operator: 'ops@gpu.dev' },
      ...more,
    });
  const ladder = { firstWarningAfter: '5s', lastWarningAfter: '8s', deleteAfter: '12s', lead: '3s', freshLead: '4s' };
  const unsafe = { mode: 'enforce', unsafeShortLadder: true, policies: [{ name: 'default', ladder }] };
  const stage = { ...place, stage: 'test', configPath: 't.ts' };
  judgements([
    ['filled in', () => judgeSettings(settingsOf(), place), 'ok', /^warden\.config\.ts is read, and filled in$/],
    ['of another stage', () => judgeSettings(settingsOf(), stage), 'warning', /t\.ts has no stage test, but prod/],
    ['not told', () => judgeDeployedSettings(settingsOf(), undefined, stage), 'warning', /-c config=t\.ts/],
    ['observe', () => judgeMode(settingsOf()), 'ok', /^observe: nothing is deleted/],
    [
      'a policy that enforces',
      () => judgeMode(settingsOf({ guardrails: { policies: [{ name: 'strict', mode: 'enforce' }] } })),
      'ok',
      /observe, but policy strict enforces/,
    ],
    ['unsafe', () => judgeMode(settingsOf({ guardrails: unsafe })), 'warning', /^UNSAFE SHORT LADDER.*\nenforce: /s],
  ]);
});

describe('stack', () => {
  const outputs = new Map<string, string>(outputKeys.map((key) => [key, 'x']));
  const judged =
    (status: string, some = outputs) =>
    () =>
      judgeStack({ status, reason: 'because', changedAt: minutes(5), outputs: some }, place, now);
  judgements([
    ['whole', judged('CREATE_COMPLETE'), 'ok', /is CREATE_COMPLETE, deployed 5 min ago$/],
    ['tidying up', judged('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS'), 'ok', /deployed/],
    ['under way', judged('UPDATE_IN_PROGRESS'), 'warning', /under way/],
    ['rolled back', judged('UPDATE_ROLLBACK_COMPLETE'), 'warning', /because; the last deployment failed/],
    [
      'never whole',
      judged('ROLLBACK_COMPLETE'),
      'broken',
      /describe-stack-events(.|\n)*npx cdk destroy gpu-warden-prod/,
    ],
    ['never deployed', judged('REVIEW_IN_PROGRESS'), 'broken', /never deployed/],
    ['going', judged('DELETE_IN_PROGRESS'), 'broken', /being destroyed/],
    ['stuck', judged('UPDATE_ROLLBACK_FAILED'), 'broken', /UPDATE_ROLLBACK_FAILED: because/],
    ['of another version', judged('UPDATE_COMPLETE', new Map()), 'warning', /does not tell TableName, /],
  ]);
});

describe('credential and keys', () => {
  const credential = (Value: string) => () => {
    const read = readCredential({ Value, LastModifiedDate: new Date(minutes(180)) }, createSecrets());
    return judgeCredential(read, setTokenStep('/s/provider-credential', ' --profile ops'), now);
  };
  const keys = (value: string) => () => judgeLinkKeys(value, '/s/link-keys', step);
  const secret = 'x'.repeat(43);
  judgements([
    ['a personal token', credential('pat-nc-abcdef\n'), 'ok', /^a personal access token \(pat-nc-…\), set 3 h ago$/],
    ['e-mail and password', credential('{"email":"a@gpu.dev","password":"sesame"}'), 'ok', /^e-mail and password, /],
    ['a token of a login', credential('eyJhbGciOi.eyJzdWIi.c2ln'), 'warning', /which expires/],
    ['not set', credential('not-set'), 'broken', /not set yet(.|\n)*put-parameter --name \/s\/.* --profile ops/],
    ['empty', credential(' '), 'broken', /empty or has characters/],
    ['an inference key', credential('sk-nc-abcdef'), 'broken', /inference key/],
    ['a line within', credential('pat-nc-abc\ndef'), 'broken', /characters that no token has/],
    ['half a login', credential('{"email":"a@gpu.dev"}'), 'broken', /begins like JSON/],
    ['one key', keys(`k1:${secret}`), 'ok', /^key k1 signs$/],
    ['several keys', keys(`k3:${secret},k2:${secret},k1:${secret}`), 'ok', /^key k3 signs; k2, k1 still verify$/],
    ['no key', keys('not-set'), 'broken', /\/s\/link-keys .*version:secret/],
  ]);
});
