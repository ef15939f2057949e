export const doctorHelp = `
Examples:
  npm run doctor
      looks at the stack gpu-warden-prod, with the AWS credentials of your shell
  npm run doctor -- --stage test --config test.config.ts --profile ops --region eu-central-1
      another stage, its own settings, other credentials
  npm run --silent doctor -- --stage prod --json | jq '.findings[] | select(.verdict == "broken")'
      for a machine; --silent keeps npm's own lines out of it

It only reads, and shows nothing secret. All checks are made at once; each has 12 seconds.
  ✓ ok   ! works, but somebody should know   ✗ broken   · not looked at, because something else is broken

Environment:
  AWS_PROFILE, AWS_REGION and the others of the AWS SDK; --profile and --region go before them

AWS permissions that it needs, on the stack's own resources unless said otherwise:
  cloudformation:DescribeStacks, cloudformation:ListStackResources
  ssm:GetParameter (and kms:Decrypt with the key aws/ssm)
  dynamodb:GetItem, dynamodb:Query
  scheduler:GetSchedule
  sqs:GetQueueAttributes
  sns:ListSubscriptionsByTopic
  cloudwatch:DescribeAlarms, cloudwatch:GetMetricStatistics (on *)
  ses:GetAccount, ses:GetEmailIdentity, ses:ListEmailIdentities, ses:GetSuppressedDestination,
  ses:GetConfigurationSet, ses:GetConfigurationSetEventDestinations (on *)

Exit code:
  0  nothing is broken
  1  something is, or could not be looked at

--json, one object on one line. Its names stay; others may be added. Instants are ISO 8601.
  at, stage, stack, region, healthy, counts{ok, warning, broken, not-looked-at},
  findings[{group, name, verdict: ok|warning|broken|not-looked-at, seen[text], doThis[{words, command}], raw}]
`;
