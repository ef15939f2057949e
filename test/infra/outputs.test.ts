import { expect, test } from 'vitest';
import { prod, synthesiseOne } from './stage.ts';

const outputs = () =>
  Object.fromEntries(Object.entries(prod().template.Outputs).map(([name, { Value }]) => [name, String(Value)]));

test('the outputs are what doctor and deployment test find a stage by', () => {
  expect(outputs()).toEqual({
    TableName: expect.stringMatching(/^gpu-warden-prod-Table/),
    NoticeQueueUrl: expect.stringMatching(/^https:\/\/sqs\.\S+\/gpu-warden-prod-NoticesQueue/),
    DeadLetterQueueUrls: expect.stringMatching(/^https:\/\/\S+NoticeDeadLetters\w+,https:\/\/\S+EventDeadLetters\w+$/),
    LinksUrl: expect.stringMatching(/^https:\/\/[^/]+$/),
    ApiUrl: expect.stringMatching(/^https:\/\/[^/]+$/),
    TokenIssuer: expect.stringContaining('cognito-idp'),
    UserPoolId: expect.stringContaining('SignInPeople'),
    UserPoolClientId: expect.stringContaining('SignInPeopleClient'),
    ProviderCredentialParameter: '/gpu-warden-prod/provider-credential',
    LinkKeysParameter: '/gpu-warden-prod/link-keys',
    ConfigurationSet: expect.stringMatching(/^gpu-warden-prod-MailConfigurationSet/),
    Schedules: expect.stringMatching(/^[\w-]+WatchAvailabilitySchedule\w+,[\w-]+GuardRuntimesSchedule\w+$/),
    MetricsNamespace: 'GpuWarden/prod',
    AlarmTopicArn: expect.stringMatching(/^arn:aws:sns:\S+AlarmsTopic/),
    FunctionNames: expect.stringMatching(/^([a-z-]+=[\w-]+,){7}[a-z-]+=[\w-]+$/),
    SettingsHash: expect.stringMatching(/^[0-9a-f]{64}$/),
    Step1SetTheToken: expect.any(String),
    Step2ConfirmTheSender: expect.any(String),
    Step3ConfirmTheAlarms: expect.any(String),
    Step4AskTheDoctor: 'npm run doctor -- --stage prod',
    StaysAfterDestroy: expect.any(String),
  });
});

test('the first step is a command for this stage, in which the token is not to be read', () => {
  expect(outputs().Step1SetTheToken).toContain(
    'aws ssm put-parameter --name /gpu-warden-prod/provider-credential --type SecureString --overwrite --region eu-west-1 ',
  );
});

test('what stays is said, with the commands that take it away', () => {
  const { StaysAfterDestroy, TableName } = outputs();
  expect(StaysAfterDestroy).toContain(`delete-table --table-name ${TableName} --region eu-west-1`);
  const nothing = synthesiseOne({ deployment: { keepData: false } }).template.Outputs.StaysAfterDestroy?.Value;
  expect(nothing).toBe('After cdk destroy nothing stays: deployment.keepData is false.');
});

test('another setting is another hash', () => {
  const { SettingsHash } = synthesiseOne({ availability: { pollSeconds: 30 } }).template.Outputs;
  expect(SettingsHash?.Value).not.toBe(outputs().SettingsHash);
  expect(synthesiseOne().template.Outputs.SettingsHash?.Value).toBe(outputs().SettingsHash);
});

test('nothing in the whole template is a secret', () => {
  // The rules for passwords of the user pool are none.
  const rules = /PasswordPolicy|USER_PASSWORD/g;
  expect(JSON.stringify(prod().raw).replaceAll(rules, '')).not.toMatch(
    /pat-nc-(?!\.\.\.)|sk-nc-|AKIA|BEGIN [A-Z ]*PRIVATE KEY|password/i,
  );
});
