/**
 * Words from outside (an offer's model, a watch's description) as one harmless line: line breaks and control characters
 * become a space, and invisible ones that can turn the reading direction or hide text vanish. So no such word can start a
 * header line, forge a line of a text mail or dress up a link. Longer text is cut and ends in `…`.
 *
 * @param most the greatest length of the result, in UTF-16 units
 */
export const oneLine = (outside: string, most = 120): string => {
  const line = outside
    .toWellFormed()
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .replace(/\p{Cf}/gu, '')
    .trim();
  // toWellFormed once more: the cut may have gone through a surrogate pair.
  return line.length <= most ? line : `${line.slice(0, most - 1).toWellFormed()}…`;
};

const mostOfAName = 60;

/** A name that came from outside (model, region, runtime), short enough for a subject and free of anything but text. */
export const nameWords = (outside: string): string => oneLine(outside, mostOfAName);
