import { createServer, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { createLocalJWKSet, exportJWK, generateKeyPair, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import { closeServer, listenOnLoopback, loopback } from './engines/loopback.ts';
import type { VerifiedClaims } from './http-front.ts';

/** Whom the local tokens are for. */
export const localAudience = 'gpu-warden-local';

/** What a local token says of somebody. */
export type Person = { readonly email?: string; readonly groups?: readonly string[]; readonly verified?: boolean };

const algorithm = 'RS256';

/** API Gateway hands claims on as texts, and lists as one text in brackets. */
const asGatewayHandsOn = (payload: JWTPayload): VerifiedClaims =>
  Object.fromEntries(
    Object.entries(payload).map(([name, value]) => [
      name,
      Array.isArray(value) ? `[${value.join(' ')}]` : String(value),
    ]),
  );

const personIn = (form: URLSearchParams): Person => {
  const email = form.get('email');
  return {
    ...(email === null ? {} : { email }),
    groups: form.getAll('group'),
    verified: form.get('verified') !== 'false',
  };
};

/** Made once for a process: it takes a moment. */
let keyPair: ReturnType<typeof generateKeyPair> | undefined;

/**
 * An OpenID Connect issuer on loopback that believes everybody: `POST /token` with a form (`email`, `group`) answers an ID
 * token, as Cognito makes them. And the JWT authorizer that API Gateway would put in front of the API.
 */
export const startIssuer = async ({
  port,
  groupsClaim = 'cognito:groups',
}: {
  readonly port?: number;
  readonly groupsClaim?: string;
} = {}) => {
  keyPair ??= generateKeyPair(algorithm);
  const { publicKey, privateKey } = await keyPair;
  const jwk = { ...(await exportJWK(publicKey)), alg: algorithm, kid: 'local', use: 'sig' };
  const keys = createLocalJWKSet({ keys: [jwk] });

  const sign = ({ email, groups = [], verified = true }: Person, over: JWTPayload = {}): Promise<string> =>
    new SignJWT({
      sub: `local-${email ?? 'machine'}`,
      token_use: 'id',
      ...(email === undefined ? {} : { email, email_verified: verified }),
      ...(groups.length === 0 ? {} : { [groupsClaim]: [...groups] }),
      iss: url,
      aud: localAudience,
      iat: Math.floor(Date.now() / 1_000),
      exp: Math.floor(Date.now() / 1_000) + 12 * 3_600,
      ...over,
    })
      .setProtectedHeader({ alg: algorithm, kid: 'local' })
      .sign(privateKey);

  const answer = async (incoming: IncomingMessage): Promise<[status: number, type: string, body: string]> => {
    const { pathname } = new URL(incoming.url ?? '/', url);
    if (incoming.method === 'POST' && pathname === '/token') {
      return [200, 'text/plain', await sign(personIn(new URLSearchParams(await text(incoming))))];
    }
    if (pathname === '/.well-known/openid-configuration') {
      return [200, 'application/json', JSON.stringify({ issuer: url, jwks_uri: `${url}/jwks.json` })];
    }
    if (pathname === '/jwks.json') return [200, 'application/json', JSON.stringify({ keys: [jwk] })];
    return [404, 'text/plain', 'POST /token with email=me@example.com, and group=operators for an operator.\n'];
  };

  const server = createServer((incoming, response) => {
    answer(incoming).then(
      ([status, type, body]) => response.writeHead(status, { 'content-type': type }).end(body),
      () => incoming.socket.destroy(),
    );
  });
  const url = `http://${loopback}:${await listenOnLoopback(server, port)}`;

  /** What the JWT authorizer of an HTTP API does: signature, issuer, audience and times. */
  const authorize = async (authorization: string | undefined): Promise<VerifiedClaims | undefined> => {
    const [, token = ''] = /^Bearer (\S+)$/i.exec(authorization ?? '') ?? [];
    try {
      const { payload } = await jwtVerify(token, keys, {
        issuer: url,
        audience: localAudience,
        algorithms: [algorithm],
        requiredClaims: ['exp'],
      });
      return asGatewayHandsOn(payload);
    } catch {
      return undefined;
    }
  };

  return { url, sign, authorize, close: () => closeServer(server) };
};

export type Issuer = Awaited<ReturnType<typeof startIssuer>>;
