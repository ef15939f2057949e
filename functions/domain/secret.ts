/** Shorter texts hide nothing, and stand everywhere. */
export const shortestSecret = 4;

/** A secret as it may be repeated in a text: as it is, in a query, in JSON. */
export const spellingsOf = (secret: string): readonly string[] => [
  secret,
  encodeURIComponent(secret),
  JSON.stringify(secret).slice(1, -1),
];
