import { CfnOutput, type Stack } from 'aws-cdk-lib';
import { usualSettingsFile } from './bundle.ts';

export type StageFacts = {
  readonly stage: string;
  readonly settingsFile: string;
  readonly sender: string;
  /** Where SES stands on the sender: somebody verified it, or this deployment asks for it. */
  readonly identity: 'existing' | 'create-address' | 'create-domain';
  readonly alarmsTo: string;
  readonly credentialParameter: string;
  readonly region: string;
  readonly keepData: boolean;
  readonly tableName: string;
};

const configOption = ({ settingsFile }: StageFacts): string =>
  settingsFile === usualSettingsFile ? '' : ` --config ${settingsFile}`;

const senderStep = ({ identity, sender, region }: StageFacts): string => {
  const domain = sender.slice(sender.indexOf('@') + 1);
  switch (identity) {
    case 'create-address':
      return `Press the link in the mail that SES sent to ${sender}.`;
    case 'create-domain':
      return `Add the DKIM records that SES shows for ${domain} (console, SES, Identities, ${region}) to its DNS.`;
    case 'existing':
      return `${sender} or ${domain} has to be verified in SES in ${region}: aws sesv2 create-email-identity --email-identity ${domain} --region ${region}`;
  }
};

const stays = ({ keepData, tableName, region }: StageFacts): string =>
  keepData
    ? `After cdk destroy the table stays, with its history. To be rid of it: aws dynamodb update-table --table-name ${tableName} --no-deletion-protection-enabled --region ${region} && aws dynamodb delete-table --table-name ${tableName} --region ${region}`
    : 'After cdk destroy nothing stays: deployment.keepData is false.';

/** What is to be done after a deployment, in its order, and what stays when the stack is gone. */
export const stepsFor = (facts: StageFacts): Readonly<Record<string, string>> => ({
  Step1SetTheToken: `read -rs TOKEN && aws ssm put-parameter --name ${facts.credentialParameter} --type SecureString --overwrite --region ${facts.region} --value "$TOKEN"`,
  Step2ConfirmTheSender: senderStep(facts),
  Step3ConfirmTheAlarms: `Press the link in the mail "AWS Notification - Subscription Confirmation" to ${facts.alarmsTo}.`,
  Step4AskTheDoctor: `npm run doctor -- --stage ${facts.stage}${configOption(facts)}`,
  StaysAfterDestroy: stays(facts),
});

/** What the deployment prints, and what the doctor finds a stage by. */
export const addOutputs = (stack: Stack, outputs: Readonly<Record<string, string>>): void => {
  for (const [name, value] of Object.entries(outputs)) new CfnOutput(stack, name, { value });
};
