const removed = '[not shown]';
const shortestSecret = 4;

/** What must never be shown: whatever was learned is taken out of the finished text, however it came there. */
export type Secrets = { readonly learn: (secret: string) => void; readonly takenOut: (text: string) => string };

/** A secret as it may stand in a text: as it is, in an address, in JSON, in JSON within JSON. */
const spellings = (secret: string): readonly string[] => {
  const inJson = JSON.stringify(secret).slice(1, -1);
  return [secret, encodeURIComponent(secret), inJson, JSON.stringify(inJson).slice(1, -1)];
};

/** Texts that look like a credential of the provider, also where they were cut off; `pat-nc-…`, as we write it, is none. */
const credentialShapes = /\b(?:pat|sk)-nc-[\w.~+/=-]{3,}|\beyJ[\w-]{8,}(?:\.[\w-]*){0,2}/g;

export const createSecrets = (): Secrets => {
  const learned = new Set<string>();
  return {
    learn: (secret) => {
      if (secret.length < shortestSecret) return;
      for (const spelling of spellings(secret)) learned.add(spelling);
    },
    takenOut: (text) =>
      // The longest first: a secret inside another leaves nothing behind.
      [...learned]
        .sort((a, b) => b.length - a.length)
        .reduce((clean, secret) => clean.replaceAll(secret, removed), text)
        .replace(credentialShapes, removed),
  };
};
