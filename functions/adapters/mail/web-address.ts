/** The address as a browser reads it: no line break, quote or angle bracket is left in it, and it is http or https. @throws TypeError for any other */
export const webAddress = (address: string): string => {
  const url = new URL(address);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new TypeError(`A mail links to http and https addresses only, not to ${url.protocol}`);
  }
  return url.href;
};
