import * as z from 'zod/mini';
import { described, distinct, httpAddress, sameText, text } from './field.ts';

const word = (what: string) => text(what).check(z.regex(/^\S{1,128}$/, { error: what }));

/** The settings `api`: who may use the HTTP API. */
export const api = z.strictObject({
  issuer: described(
    'Address of an OpenID Connect issuer whose tokens are taken, as its tokens name it (`iss`). Missing: the deployment makes a Cognito user pool.',
    z.exactOptional(httpAddress()),
  ),
  audience: described(
    'Whom the tokens of that issuer must be for (`aud`, or else `client_id`); at least one, with `issuer` only.',
    z._default(
      z
        .array(described('Client id or audience.', word('a client id or an audience')), {
          error: 'a list of audiences',
        })
        .check(distinct(sameText), z.maxLength(20)),
      [],
    ),
  ),
  groupsClaim: described(
    'Claim of the token that lists the groups somebody is in.',
    z._default(word('the name of a claim'), 'cognito:groups'),
  ),
  operatorGroup: described(
    'Group whose members may see and change everything; everybody else what is theirs.',
    z._default(word('the name of a group, without spaces'), 'operators'),
  ),
  allowOrigins: described(
    'Origins of web pages that may call the API from a browser, such as `https://tools.example.com`. None: no page may.',
    z._default(
      z
        .array(described('Origin.', httpAddress()), { error: 'a list of origins' })
        .check(distinct(sameText), z.maxLength(20)),
      [],
    ),
  ),
});

/** An issuer of one's own and whom its tokens are for belong together. */
export const issuerAndAudience = z.check<{ api: z.output<typeof api> }>(({ value, issues }) => {
  const { issuer, audience } = value.api;
  if ((issuer === undefined) === (audience.length === 0)) return;
  issues.push({
    code: 'custom',
    path: ['api', 'audience'],
    input: audience,
    message:
      issuer === undefined
        ? 'none without `api.issuer`: the user pool of the deployment has its own'
        : 'at least one audience with `api.issuer`, or tokens for anybody would be taken',
  });
});
