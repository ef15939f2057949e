/** The least that a user must write, as plain data that a test can bend. */
export const leastSettings = () => ({
  provider: { organisation: 'org-1', projects: ['prj-1'] },
  mail: { sender: 'warden@gpu.dev', operator: 'ops@gpu.dev' },
});

/** The least settings with these fields of the provider, the mail or the availability. */
export const settingsWith = (part: {
  readonly provider?: object;
  readonly mail?: object;
  readonly availability?: object;
}) => {
  const least = leastSettings();
  return {
    provider: { ...least.provider, ...part.provider },
    mail: { ...least.mail, ...part.mail },
    ...(part.availability === undefined ? {} : { availability: part.availability }),
  };
};

/** The least settings with one watch. */
export const settingsWithWatches = (...watches: readonly object[]) =>
  settingsWith({ availability: { watches: watches.map((watch) => ({ to: 'me@gpu.dev', ...watch })) } });
