import { expect, test } from 'vitest';
import { roleStatements } from './policies.ts';
import { account } from './resolve.ts';
import { having, holds } from './rule.ts';
import { prod } from './stage.ts';

/** The wildcards that are meant: role, resource, and what binds it all the same. */
const acknowledged = [
  {
    where: /^SendNoticeRole/,
    resource: `arn:aws:ses:${account.region}:${account.id}:identity/*`,
    boundBy: 'ses:FromAddress',
  },
];

holds('no role may do anything at all, or something to anything, unless that is bound and written down', {
  faultsIn: (template) =>
    roleStatements(template).flatMap(({ where, actions, resources, conditions }) => {
      const wild = resources
        .map((resource) => (/^arn:aws:logs:[^*]*:\*$/.test(resource) ? resource.slice(0, -1) : resource))
        .filter((resource) => resource.includes('*'))
        .filter(
          (resource) =>
            !acknowledged.some(
              (known) =>
                known.where.test(where) &&
                known.resource === resource &&
                known.boundBy in (conditions.StringEquals ?? {}),
            ),
        );
      return [
        ...actions.flatMap((action) => (action.includes('*') ? [`${where} may do ${action}`] : [])),
        ...wild.map((resource) => `${where} may do ${actions} to ${resource}`),
      ];
    }),
  brokenBy: [
    having('PagesRoleDefaultPolicy', 'PolicyDocument.Statement.1.Action', ['dynamodb:*']),
    having('PagesRoleDefaultPolicy', 'PolicyDocument.Statement.1.Action', ['dynamodb:Get*']),
    having('PagesRoleDefaultPolicy', 'PolicyDocument.Statement.1.Resource', '*'),
    having('PagesRoleDefaultPolicy', 'PolicyDocument.Statement.1.Resource', [
      'arn:aws:dynamodb:eu-west-1:111122223333:table/*',
    ]),
    having('SendNoticeRoleDefaultPolicy', 'PolicyDocument.Statement.3.Condition', undefined),
  ],
});

test('every wildcard that is meant is there', () => {
  const resources = roleStatements(prod().template).flatMap((statement) => statement.resources);
  for (const { resource } of acknowledged) expect(resources).toContain(resource);
});
