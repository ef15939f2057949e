import assert from 'node:assert/strict';
import {
  AdminAddUserToGroupCommand,
  AdminCreateUserCommand,
  AdminSetUserPasswordCommand,
  InitiateAuthCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { ask } from '../browser.ts';
import type { Stage } from '../stage.ts';
import type { World } from '../world.ts';

const invited = 'ann@team.internal';

/** Invites somebody as docs/api.md says, and signs in as them. Answers the ID token. */
export const tokenOf = async (
  { clients }: World,
  { outputs }: Stage,
  email: string,
  group?: string,
): Promise<string> => {
  const who = { UserPoolId: outputs.UserPoolId, Username: email };
  const password = `Aa1!${crypto.randomUUID()}`;
  const attributes = { email, email_verified: 'true' };
  const UserAttributes = Object.entries(attributes).map(([Name, Value]) => ({ Name, Value }));
  await clients.people.send(new AdminCreateUserCommand({ ...who, UserAttributes, MessageAction: 'SUPPRESS' }));
  await clients.people.send(new AdminSetUserPasswordCommand({ ...who, Password: password, Permanent: true }));
  if (group !== undefined) await clients.people.send(new AdminAddUserToGroupCommand({ ...who, GroupName: group }));
  const { AuthenticationResult } = await clients.people.send(
    new InitiateAuthCommand({
      AuthFlow: 'USER_PASSWORD_AUTH',
      ClientId: outputs.UserPoolClientId,
      AuthParameters: { USERNAME: email, PASSWORD: password },
    }),
  );
  const { IdToken } = AuthenticationResult ?? {};
  assert.ok(IdToken, 'the pool gives a token');
  return IdToken;
};

/** Asks the deployed API. */
export const askingAt =
  ({ outputs: { ApiUrl } }: Stage) =>
  (token: string | undefined, path: string, method = 'GET', body?: unknown, headers: Record<string, string> = {}) =>
    ask(`${ApiUrl}${path}`, {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });

/** The deployed function counts both dead-letter queues, as its role lets it. */
export const seeHealth = async (
  { narrator }: World,
  stage: Stage,
  token: string,
  letters: { readonly notices: number; readonly events: number },
): Promise<void> => {
  const { status, body } = await askingAt(stage)(token, '/v1/health');
  assert.equal(status, 200, body);
  const { well, dead_letters, last_successful_runs } = JSON.parse(body);
  assert.deepEqual(dead_letters, letters, body);
  assert.equal(well, letters.notices + letters.events === 0, body);
  for (const [job, at] of Object.entries(last_successful_runs)) assert.ok(at, `${job} has succeeded: ${body}`);
  narrator.see(
    `its health is ${well ? 'well' : 'not well'}: ${JSON.stringify({ dead_letters, last_successful_runs })}`,
  );
};

/** Through the deployed gateway, with tokens of the deployed pool. Answers an operator's token. */
export const useApi = async (world: World, stage: Stage): Promise<string> => {
  const { narrator } = world;
  const asking = askingAt(stage);
  const ann = await tokenOf(world, stage, invited);
  const olga = await tokenOf(world, stage, 'olga@team.internal', 'operators');

  const document = await asking(undefined, '/openapi.json');
  assert.equal(document.status, 200, document.body);
  assert.equal(JSON.parse(document.body).openapi, '3.1.0');

  for (const stranger of [undefined, 'abc', `${ann.slice(0, -4)}AAAA`]) {
    assert.equal((await asking(stranger, '/v1/watches')).status, 401, 'a stranger is not let in');
  }
  const made = await asking(ann, '/v1/watches', 'POST', { gpu_model: 'H200', gpu_count: 8 });
  assert.equal(made.status, 201, made.body);
  const { id, email } = JSON.parse(made.body);
  assert.equal(email, invited);
  const theirs = await asking(ann, '/v1/watches');
  assert.deepEqual(
    JSON.parse(theirs.body).data.map((watch: { id: string }) => watch.id),
    [id],
  );
  const list = `/v1/watches?email=${encodeURIComponent(invited)}`;
  assert.equal((await asking(olga, list)).status, 200, 'an operator sees it too');
  const cancelled = await asking(ann, `/v1/watches/${id}/cancel`, 'POST');
  assert.equal(JSON.parse(cancelled.body).status, 'cancelled', cancelled.body);
  narrator.see(`${invited} makes the watch ${id.slice(-8)}, an operator sees it, strangers are answered 401`);
  await seeHealth(world, stage, olga, { notices: 0, events: 0 });
  return olga;
};
