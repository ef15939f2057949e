import assert from 'node:assert/strict';
import { readInbox } from '../inbox.ts';
import type { Stage } from '../stage.ts';
import type { World } from '../world.ts';
import { askingAt, tokenOf } from './api.ts';
import { tickUntil } from './availability.ts';

const t4 = { region_id: 'as-south-1', gpu_config_id: 'gpu-t4-16g-12cpu-128g' } as const;
const template_id = 'tpl-jupyterlab-pytorch';

/** Operators alone may have runtimes made: now, once for one key, and by a watch as soon as it can be rented. */
export const createRuntimes = async (world: World, stage: Stage, operatorsToken: string): Promise<void> => {
  const { emulator, narrator } = world;
  const asking = askingAt(stage);
  const [project = ''] = emulator.projects;
  const path = `/v1/projects/${project}/runtimes`;
  const body = { ...t4, name: 'olga-train', template_id, max_usd_per_hour: 1 };
  const key = { 'idempotency-key': 'the same' };
  const made = () => emulator.control.runtimes().filter(({ name }) => name.startsWith('olga-'));

  const person = await tokenOf(world, stage, 'bea@team.internal');
  assert.equal((await asking(person, path, 'POST', body, key)).status, 403, 'only operators may');
  const price = await asking(operatorsToken, `/v1/price?${new URLSearchParams(t4)}`);
  assert.equal(price.status, 200, price.body);
  assert.equal(JSON.parse(price.body).may_be_created, true, price.body);
  const first = await asking(operatorsToken, path, 'POST', body, key);
  assert.equal(first.status, 201, first.body);
  const again = await asking(operatorsToken, path, 'POST', body, key);
  assert.equal(again.status, 200, again.body);
  assert.equal(JSON.parse(again.body).id, JSON.parse(first.body).id);
  assert.equal(made().length, 1, 'one key, one runtime');
  const tooMany = await asking(operatorsToken, path, 'POST', { ...body, gpu_count: 3 }, { 'idempotency-key': 'more' });
  assert.equal(tooMany.status, 403, tooMany.body);
  narrator.see(
    `an operator creates ${JSON.parse(first.body).name} for $${JSON.parse(first.body).usd_per_hour} an hour, once`,
  );

  emulator.control.setOffer({ configId: t4.gpu_config_id, available: 0 });
  const wish = { region_id: t4.region_id, config_id: t4.gpu_config_id, max_price_per_gpu_per_hour: 0.3 };
  const create = { project_id: project, name: 'olga-later', template_id };
  const watch = await asking(operatorsToken, '/v1/watches', 'POST', { ...wish, create });
  assert.equal(watch.status, 201, watch.body);
  // A run that sees it closed comes first.
  await stage.invoke('watch-availability', await stage.scheduledEventOf('watch-availability'));
  emulator.control.setOffer({ configId: t4.gpu_config_id, available: 4 });
  const mail = await tickUntil(stage, 'watch-availability', 'what a watch created is told', async () =>
    (await readInbox(world.aws)).find(({ Subject }) => /^olga-later-\w+ was created/.test(Subject)),
  );
  assert.equal(made().length, 2);
  narrator.see(`a watch has its runtime created: "${mail.Subject}", to ${mail.To.join(', ')}`);
  for (const { id } of made()) emulator.control.removeRuntime(id);
};
