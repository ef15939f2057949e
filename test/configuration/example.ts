/** The least that a user must write, as plain data that a test can bend. */
export const leastSettings = () => ({
  provider: { organisation: 'org-1', projects: ['prj-1'] },
  mail: { sender: 'warden@gpu.dev', operator: 'ops@gpu.dev' },
});

/** The least settings with these fields of the provider and the mail, and with these other sections. */
export const settingsWith = (part: {
  readonly provider?: object;
  readonly mail?: object;
  readonly availability?: object;
  readonly guardrails?: object;
  readonly creating?: object;
}) => {
  const least = leastSettings();
  return {
    provider: { ...least.provider, ...part.provider },
    mail: { ...least.mail, ...part.mail },
    ...(part.availability === undefined ? {} : { availability: part.availability }),
    ...(part.guardrails === undefined ? {} : { guardrails: part.guardrails }),
    ...(part.creating === undefined ? {} : { creating: part.creating }),
  };
};

/** The least settings with one watch. */
export const settingsWithWatches = (...watches: readonly object[]) =>
  settingsWith({ availability: { watches: watches.map((watch) => ({ to: 'me@gpu.dev', ...watch })) } });

/** The least settings with these guardrails. */
export const settingsWithGuardrails = (guardrails: object) => settingsWith({ guardrails });

/** The least settings with one policy, named `p` unless it says otherwise. */
export const settingsWithPolicy = (policy: object) => settingsWithGuardrails({ policies: [{ name: 'p', ...policy }] });
