/** The parsed text, or undefined where it is not JSON (JSON itself has no undefined). */
export const parsedJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
