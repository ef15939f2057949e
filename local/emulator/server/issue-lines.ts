import type { z } from '@hono/zod-openapi';

type Issues = Pick<z.ZodError, 'issues'>;
type Issue = Issues['issues'][number];

const fieldOf = (issue: Issue, whole: string): string => {
  const keys = issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys.join(', ')] : issue.path;
  return keys.map(String).join('.') || whole;
};

/** `field: what is wrong`, for each field; `whole` names the thing when it is wrong as a whole. */
export const issueLines = ({ issues }: Issues, whole: string): string =>
  issues.map((issue) => `${fieldOf(issue, whole)}: ${issue.message}`).join('; ');
