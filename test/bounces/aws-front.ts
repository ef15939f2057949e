import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import { closeServer, listenOnLoopback, loopback } from '#local/engines/loopback.ts';

const stackAnswer = (tableName: string | undefined): string => {
  const output =
    tableName === undefined
      ? ''
      : `<member><OutputKey>TableName</OutputKey><OutputValue>${tableName}</OutputValue></member>`;
  return `<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><DescribeStacksResult><Stacks><member>
    <StackName>gpu-warden-prod</StackName><CreationTime>2026-11-02T09:00:00Z</CreationTime><StackStatus>CREATE_COMPLETE</StackStatus>
    <Outputs>${output}</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`;
};

const noStack = `<ErrorResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><Error><Type>Sender</Type>
  <Code>ValidationError</Code><Message>Stack with id gpu-warden-none does not exist</Message></Error></ErrorResponse>`;

/**
 * The two calls of CloudFormation and SES that take an address off the list, until the test is over: no engine of npm knows
 * them. Sources: DescribeStacks in the CloudFormation and DeleteSuppressedDestination in the SES v2 API reference.
 */
export const startAwsFront = async (given: {
  readonly tableName?: string;
  readonly listed: readonly string[];
  readonly sesFails?: boolean;
}) => {
  const listed = new Set(given.listed);
  const server = createServer(async (incoming, response) => {
    const body = await text(incoming);
    const [, address = ''] = /^\/v2\/email\/suppression\/addresses\/(.+)$/.exec(incoming.url ?? '') ?? [];
    const answer = (status: number, type: string, words: string, error?: string) =>
      response
        .writeHead(status, { 'content-type': type, ...(error === undefined ? {} : { 'x-amzn-errortype': error }) })
        .end(words);
    if (body.includes('Action=DescribeStacks')) {
      const isKnown = body.includes('gpu-warden-prod');
      return void answer(isKnown ? 200 : 400, 'text/xml', isKnown ? stackAnswer(given.tableName) : noStack);
    }
    const json = 'application/json';
    if (incoming.method !== 'DELETE' || given.sesFails) return void answer(403, json, '{}', 'AccessDeniedException');
    if (listed.delete(decodeURIComponent(address))) return void answer(200, json, '{}');
    answer(404, json, '{"message":"Email address is not in the suppression list"}', 'NotFoundException');
  });
  const port = await listenOnLoopback(server);
  onTestFinished(() => closeServer(server));
  return { endpoint: `http://${loopback}:${port}`, listed };
};
