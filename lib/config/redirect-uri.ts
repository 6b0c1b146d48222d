import { show } from './problem.ts';

const maximumLength = 1_024;
const uriText = /^(?:[A-Za-z0-9\-._~:/?#[\]@!$&'()+,;=]|%[0-9A-Fa-f]{2})+$/;
const uriParts = /^([A-Za-z][A-Za-z0-9+.-]*):(?:\/\/([^/?#]*))?((?:[/?].*)?)$/;
const hostAndPort = /^([A-Za-z0-9_.-]+|\[[0-9A-Fa-f:.]+\])(?::([1-9][0-9]{0,4}))?$/;
const loopbackHosts = ['localhost', '127.0.0.1', '[::1]'];
const publicSchemes = [
  ...[
    'about',
    'blob',
    'chrome',
    'data',
    'file',
    'filesystem',
    'ftp',
    'intent',
    'jar',
    'javascript',
    'mailto',
  ],
  ...['ms-settings', 'res', 'sms', 'tel', 'urn', 'vbscript', 'view-source', 'ws', 'wss'],
];

/** What keeps a text from being a redirect URI, which is compared as the text it is. */
export function redirectUriProblem(text: string): string | undefined {
  if (text.includes('#')) return `${show(text)} has a fragment; remove it`;
  const [, scheme, authority, path = ''] = partsOf(text);
  if (scheme === undefined) return notWhole(text);
  if (authority?.includes('@') === true) return `${show(text)} holds user information; remove it`;
  const [, host] = hostAndPort.exec(authority ?? '') ?? [];
  if (authority !== undefined && host === undefined) return notWhole(text);
  return /^https?$/i.test(scheme) ? webProblem(text, scheme, host) : schemeProblem(text, scheme, host, path);
}

function partsOf(text: string): readonly (string | undefined)[] {
  const isUri = text.length <= maximumLength && uriText.test(text) && URL.parse(text) !== null;
  return (isUri ? uriParts.exec(text) : undefined) ?? [];
}

function webProblem(text: string, scheme: string, host: string | undefined): string | undefined {
  if (host === undefined) return notWhole(text);
  if (scheme.toLowerCase() === 'https' || loopbackHosts.includes(host)) return undefined;
  return `${show(text)} is not https; only a callback on the person's own machine may be http`;
}

function schemeProblem(
  text: string,
  scheme: string,
  host: string | undefined,
  path: string,
): string | undefined {
  if (publicSchemes.includes(scheme.toLowerCase())) {
    return `${show(text)} has a scheme that belongs to no app; use https, or a scheme of the app's own`;
  }
  if (scheme !== scheme.toLowerCase())
    return `${show(text)} has a scheme in capitals; write it in small letters`;
  return host === undefined && !path.startsWith('/') ? notWhole(text) : undefined;
}

function notWhole(text: string): string {
  return `${show(text)} is not the whole URL of a callback; write it as 'https://app.example.com/callback'`;
}
