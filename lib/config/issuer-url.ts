import { show } from './problem.ts';

const hostName = /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/;

/** What keeps a text from being an issuer: it must be `https://` and a host of its own, and nothing else. */
export function issuerUrlProblem(text: string): string | undefined {
  const url = URL.parse(text);
  if (url === null) return `${show(text)} is not a URL; write it as 'https://auth.example.com'`;
  const fix = hostName.test(url.hostname)
    ? `write 'https://${url.hostname}'`
    : `write a host name of yours, as 'https://auth.example.com'`;
  const fault = faultIn(text, url);
  return fault && `${show(text)} ${fault}; ${fix}`;
}

function faultIn(text: string, url: URL): string | undefined {
  if (url.protocol !== 'https:') return 'is not https';
  if (url.username !== '' || url.password !== '') return 'holds user information';
  if (text.includes('?')) return 'has a query';
  if (text.includes('#')) return 'has a fragment';
  if (url.pathname !== '/') return 'has a path';
  if (text.endsWith('/')) return 'ends in a slash';
  if (!hostName.test(url.hostname)) return 'names no public host';
  const host = text.slice('https://'.length);
  if (host === url.hostname) return undefined;
  return host.toLowerCase() === url.hostname ? 'is not in lower case' : 'names a port';
}
