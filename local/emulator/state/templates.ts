import type { Template } from './state.ts';

/** Owner of the templates that everybody sees. Decision D17 in docs/emulator.md. */
export const VENDOR_ORGANISATION = 'org-neevcloud';

/** The known template and two believable ones; the third belongs to the caller's own organisation. */
export const initialTemplates = (organisation: string): readonly Template[] => [
  {
    id: 'tpl-jupyterlab-pytorch',
    description: 'JupyterLab with PyTorch and CUDA',
    templateSpec: { image: 'jupyterlab-pytorch:cuda12.4', ports: [8888, 22], env: { JUPYTER_ENABLE_LAB: 'yes' } },
    ownerOrgId: VENDOR_ORGANISATION,
  },
  {
    id: 'tpl-ubuntu-ssh',
    description: 'Plain Ubuntu 24.04 with CUDA, reached by SSH',
    templateSpec: { image: 'ubuntu-cuda:24.04', ports: [22] },
    ownerOrgId: VENDOR_ORGANISATION,
  },
  {
    id: 'tpl-team-training',
    description: "The organisation's own training image",
    templateSpec: { image: 'team/training:latest', ports: [22], command: ['sleep', 'infinity'] },
    ownerOrgId: organisation,
  },
];
