import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { LinkPurpose } from '#adapters/links.ts';

/** What API Gateway makes of a request to a link. Source: "payload format version 2.0" in its developer guide. */
export const linkEvent = (method: string, link: string, form?: string): APIGatewayProxyEventV2 => {
  const { pathname, search, searchParams, hostname } = new URL(link);
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: pathname,
    rawQueryString: search.slice(1),
    headers: { host: hostname, 'content-type': 'application/x-www-form-urlencoded' },
    queryStringParameters: Object.fromEntries(searchParams),
    requestContext: {
      accountId: '000000000000',
      apiId: 'local',
      domainName: hostname,
      domainPrefix: 'links',
      http: { method, path: pathname, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'test' },
      requestId: 'request-7',
      routeKey: '$default',
      stage: '$default',
      time: '02/Nov/2026:09:00:00 +0000',
      timeEpoch: 0,
    },
    ...(form === undefined ? {} : { body: form }),
    isBase64Encoded: false,
  };
};

/** The first link of a purpose in a mail's text, without the choice that may follow it. */
export const linkIn = (text: string, purpose: LinkPurpose): string => {
  const link = new RegExp(`https?://\\S+/${purpose}\\?token=[\\w.-]+`).exec(text)?.[0];
  if (link === undefined) throw new Error(`There is no ${purpose} link in the mail`);
  return link;
};
