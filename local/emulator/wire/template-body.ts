import { z } from '@hono/zod-openapi';
import type { State, Template } from '../state/state.ts';
import { VENDOR_ORGANISATION } from '../state/templates.ts';
import { templateSpec } from './runtime-body.ts';

export const templateId = z.string().regex(/^tpl-[a-zA-Z0-9-]+$/);

export const templateBody = z
  .object({ id: templateId, description: z.string(), templateSpec, ownerOrgId: z.string() })
  .openapi('Template');

/** The vendor's templates and the organisation's own. */
export const templatesFor = (state: State, organisation: string): readonly Template[] =>
  state.templates.filter((each) => each.ownerOrgId === VENDOR_ORGANISATION || each.ownerOrgId === organisation);
