import { expect, test } from 'vitest';
import { startProvider, TEMPLATES } from './provider.ts';

test("lists the vendor's templates and the organisation's own, in pages", async () => {
  const { control, emulator, get } = await startProvider();
  const { body } = await get(`${TEMPLATES}?limit=2`);
  expect(body.pagination).toEqual({ total_items: 3, total_pages: 2, current_page: 1, items_per_page: 2 });
  expect(body.data[0]).toEqual({
    id: 'tpl-jupyterlab-pytorch',
    description: 'JupyterLab with PyTorch and CUDA',
    templateSpec: expect.objectContaining({ image: expect.any(String) }),
    ownerOrgId: 'org-neevcloud',
  });
  const owners = (await get(TEMPLATES)).body.data.map((row: { ownerOrgId: string }) => row.ownerOrgId);
  expect(owners).toContain(emulator.organisation);
  const foreign = { authorization: `Bearer ${control.issueToken({ organisation: 'org-other' })}` };
  expect((await get(TEMPLATES, foreign)).body.data).toHaveLength(2);
  expect((await get(`${TEMPLATES}/tpl-team-training`, foreign)).status).toBe(404);
});

test('gives one template, and tells a bad id from an unknown one', async () => {
  const { get } = await startProvider();
  expect((await get(`${TEMPLATES}/tpl-jupyterlab-pytorch`)).body.id).toBe('tpl-jupyterlab-pytorch');
  const bad = await get(`${TEMPLATES}/jupyter_lab`);
  expect([bad.status, bad.body.details]).toEqual([400, expect.stringMatching(/^template_id: /)]);
  const unknown = await get(`${TEMPLATES}/tpl-none`);
  expect([unknown.status, unknown.body.error]).toEqual([404, 'not_found']);
  expect((await get(`${TEMPLATES}?page=0`)).body.details).toMatch(/^page: /);
});
