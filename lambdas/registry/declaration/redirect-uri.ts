const maximumLength = 1_024;
const uriText = /^(?:[A-Za-z0-9\-._~:/?#[\]@!$&'()+,;=]|%[0-9A-Fa-f]{2})+$/;
const loopbackHosts = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Whether people may be sent back there with an answer. It is compared as the text it is, so that what is registered is
 * what a client sends: an absolute URI without fragment, over https, or over http to the person's own machine.
 */
export function isRedirectUri(text: string): boolean {
  if (text.length > maximumLength || !uriText.test(text)) return false;
  const url = URL.parse(text);
  if (url === null || !/^https?:\/\/[^/?#]/i.test(text)) return false;
  if (text.includes('#') || url.username !== '' || url.password !== '') return false;
  return url.protocol === 'https:' || loopbackHosts.has(url.hostname);
}
