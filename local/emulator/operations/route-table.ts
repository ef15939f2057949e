import type { Operation } from '../server/app-types.ts';
import { createNotifyRequest } from './create-notify-request.ts';
import { createRuntime } from './create-runtime.ts';
import { deleteRuntime } from './delete-runtime.ts';
import { getGpuConfig } from './get-gpu-config.ts';
import { getRuntime } from './get-runtime.ts';
import { getRuntimeMetrics } from './get-runtime-metrics.ts';
import { getTemplate } from './get-template.ts';
import { listInventory } from './list-inventory.ts';
import { listNotifyRequests } from './list-notify-requests.ts';
import { listRuntimes } from './list-runtimes.ts';
import { listTemplates } from './list-templates.ts';
import { login } from './login.ts';
import { refreshLogin } from './refresh-login.ts';

/** Every operation, in the order of the reference; its method and path stand in its route. */
export const ROUTE_TABLE: readonly Operation[] = [
  listInventory, //       GET    /inventory/api/v1beta1/inventory
  getGpuConfig, //        GET    /inventory/api/v1beta1/inventory/gpuconfig
  listNotifyRequests, //  GET    /inventory/api/v1beta1/inventory/gpu/notify-availability
  createNotifyRequest, // POST   /inventory/api/v1beta1/inventory/gpu/notify-availability
  listRuntimes, //        GET    /gpu/api/v1beta1/orgs/{org_id}/projects/{project_id}/airuntimes
  createRuntime, //       POST   /gpu/api/v1beta1/orgs/{org_id}/projects/{project_id}/airuntimes
  getRuntime, //          GET    /gpu/api/v1beta1/orgs/{org_id}/projects/{project_id}/airuntimes/{airuntime_id}
  deleteRuntime, //       DELETE /gpu/api/v1beta1/orgs/{org_id}/projects/{project_id}/airuntimes/{airuntime_id}
  getRuntimeMetrics, //   GET    /gpu/api/v1beta1/orgs/{org_id}/projects/{project_id}/airuntimes/{airuntime_id}/metrics
  listTemplates, //       GET    /gpu/api/v1beta1/airuntime-templates
  getTemplate, //         GET    /gpu/api/v1beta1/airuntime-templates/{template_id}
  login, //               POST   /tenant/api/v1/auth/login
  refreshLogin, //        POST   /tenant/api/v1/auth/refresh
];
