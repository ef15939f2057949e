import { createHash, createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
const hash = (text: string): string => createHash('sha256').update(text).digest('hex');

/** What a signature says of itself: who signed what for which service. */
export type SignedFor = { readonly accessKeyId: string; readonly region: string; readonly service: string };

/**
 * Checks the signature of a request as AWS does, from what came over the wire and the secret key alone; answers whom it is from and
 * for what, or undefined where it is wrong. Source: "Create a signed AWS API request" in the IAM user guide.
 */
export const verifiedSignature = (
  { method = '', url = '', headers }: IncomingMessage,
  body: string,
  secretAccessKey: string,
): SignedFor | undefined => {
  const shape =
    /^AWS4-HMAC-SHA256 Credential=(\w+)\/(\d{8})\/([\w-]+)\/([\w-]+)\/aws4_request, ?SignedHeaders=([\w;-]+), ?Signature=([0-9a-f]{64})$/;
  const [, accessKeyId = '', day = '', region = '', service = '', signedHeaders = '', signature] =
    shape.exec(headers.authorization ?? '') ?? [];
  const names = signedHeaders.split(';');
  const lines = names.map(
    (name) =>
      `${name}:${String(headers[name] ?? '')
        .trim()
        .replace(/\s+/g, ' ')}\n`,
  );
  const canonical = [method, url, '', lines.join(''), signedHeaders, hash(body)].join('\n');
  const scope = `${day}/${region}/${service}/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, hash(canonical)].join('\n');
  const key = [region, service, 'aws4_request'].reduce(hmac, hmac(`AWS4${secretAccessKey}`, day));
  const isWhole = names.includes('host') && (headers['x-amz-target'] === undefined || names.includes('x-amz-target'));
  return isWhole && hmac(key, toSign).toString('hex') === signature ? { accessKeyId, region, service } : undefined;
};
