import { text } from 'node:stream/consumers';
import type { DynamoDBClientResolvedConfig } from '@aws-sdk/client-dynamodb';
import { HttpRequest } from '@smithy/core/transport';
import { SignatureV4 } from '@smithy/signature-v4';

/** How a client of the SDK reaches AWS: its `config`. */
export type AwsAccess = Pick<DynamoDBClientResolvedConfig, 'region' | 'credentials' | 'sha256' | 'requestHandler'>;

/** An operation of a service that speaks JSON 1.1, such as `AmazonSSM.GetParameter`. */
export type SignedCall = {
  /** The service as signatures name it. */
  readonly service: string;
  /** Missing: the service's usual address in the region. */
  readonly endpoint?: string | undefined;
  readonly target: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly signal: AbortSignal;
};

export type SignedAnswer = { readonly status: number; readonly body: string };

/** Where a service answers in a region. China is a world of its own. Source: the region tables in AWS's general reference. */
export const usualEndpoint = (service: string, region: string): string =>
  `https://${service}.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;

const requestOf = ({ service, endpoint, target, input }: SignedCall, region: string): HttpRequest => {
  const { protocol, host, hostname, port } = new URL(endpoint ?? usualEndpoint(service, region));
  return new HttpRequest({
    method: 'POST',
    protocol,
    hostname,
    ...(port === '' ? {} : { port: Number(port) }),
    path: '/',
    headers: { host, 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target },
    body: JSON.stringify(input),
  });
};

/**
 * Sends one request, signed as the SDK signs, over the connections of a client that is there anyway. A client of its own for a
 * service with many operations would be a fifth of a bundle. Throws where no whole answer comes.
 */
export const sendSigned = async (access: AwsAccess, call: SignedCall): Promise<SignedAnswer> => {
  const region = await access.region();
  const { credentials, sha256, requestHandler } = access;
  const signer = new SignatureV4({ service: call.service, region, credentials, sha256 });
  const request = await signer.sign(requestOf(call, region));
  const { response } = await requestHandler.handle(HttpRequest.clone(request), { abortSignal: call.signal });
  return { status: response.statusCode, body: await text(response.body) };
};
