import { show } from './problem.ts';

const maximumLength = 1_024;
const uriText = /^(?:[A-Za-z0-9\-._~:/?#[\]@!$&'()+,;=]|%[0-9A-Fa-f]{2})+$/;
const loopbackHosts = ['localhost', '127.0.0.1', '[::1]'];

/** What keeps a text from being a redirect URI, which is compared as the text it is. */
export function redirectUriProblem(text: string): string | undefined {
  const url = uriText.test(text) && text.length <= maximumLength ? URL.parse(text) : null;
  if (url === null || !/^https?:\/\/[^/?#]/i.test(text)) {
    return `${show(text)} is not the whole URL of a callback; write it as 'https://app.example.com/callback'`;
  }
  if (text.includes('#')) return `${show(text)} has a fragment; remove it`;
  if (url.username !== '' || url.password !== '') return `${show(text)} holds user information; remove it`;
  if (url.protocol === 'https:' || loopbackHosts.includes(url.hostname)) return undefined;
  return `${show(text)} is not https; only a callback on the person's own machine may be http`;
}
