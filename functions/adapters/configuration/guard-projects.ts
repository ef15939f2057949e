import * as z from 'zod/mini';

const ruleLists = ['owners', 'exemptions', 'policies'] as const;
const rules = z.exactOptional(z.array(z.unknown()));
const settingsWithRules = z.object({
  provider: z.object({ projects: z.array(z.string()) }),
  guardrails: z.object({ owners: rules, exemptions: rules, policies: rules }),
});

const atRule = z.object({ project: z.string() });
const atMatch = z.object({ match: atRule });

/** A rule for a project that nobody looks after would match nothing: an exemption with a wrong letter would protect nothing. */
export const projectsLookedAfter = z.check<unknown>(
  ({ value, issues }) => {
    const settings = z.safeParse(settingsWithRules, value).data;
    if (settings === undefined) return;
    const { projects } = settings.provider;
    for (const list of ruleLists) {
      for (const [index, rule] of settings.guardrails[list]?.entries() ?? []) {
        const place = list === 'policies' ? ['match', 'project'] : ['project'];
        const found = list === 'policies' ? z.safeParse(atMatch, rule).data?.match : z.safeParse(atRule, rule).data;
        if (found === undefined || projects.includes(found.project)) continue;
        const message = `one of provider.projects: ${projects.join(', ')}`;
        issues.push({ code: 'custom', path: ['guardrails', list, index, ...place], input: rule, message });
      }
    }
  },
  { when: () => true },
);
