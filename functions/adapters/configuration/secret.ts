const credentialShapes = [
  /\b(?:pat|sk)-nc-/i, // the provider's access tokens and inference keys
  /\beyJ[\w-]{8,}/, // a JSON Web Token, whole or cut off
  /\bBearer\s+\S/i,
  /:\/\/[^/\s@]*:[^/\s@]*@/, // user and password inside an address
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
];
const secretName = /secret|token|password|passwd|credential|private|signing|api_?key|_keys?$/i;

/** Whether a text has the shape of a credential anywhere in it. Errs on the side of yes. */
export const looksLikeCredential = (text: string): boolean => credentialShapes.some((shape) => shape.test(text));

const longestShown = 80;
const textShown = (text: string): string => {
  if (looksLikeCredential(text)) return 'something that looks like a credential (not shown)';
  return JSON.stringify(text.length > longestShown ? `${text.slice(0, longestShown)}…` : text);
};

/**
 * A bad value as an error message may show it. What looks like a credential, or stands under a name that says so, is never
 * shown, nor is what is inside of lists and objects.
 */
export const shown = (value: unknown, name = ''): string => {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (secretName.test(name)) return 'a value (not shown)';
  if (typeof value === 'string') return textShown(value);
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list of ${value.length}`;
  if (typeof value === 'object') return 'an object';
  if (typeof value === 'function') return 'a function';
  return String(value);
};

/** A name that nobody asked for, as an error message may show it: somebody may have put the credential where its name belongs. */
export const nameShown = (name: string): string => (looksLikeCredential(name) ? '(not shown)' : name);
