import { Token } from 'aws-cdk-lib';
import { show } from './problem.ts';

/** Where resources and key sets may live: `loopback`, of the dev profile, adds plain http on this machine. */
export type Hosts = 'public' | 'loopback';

const maximumLength = 1024;
const uriText = /^(?:[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})+$/;
const loopbackHosts = ['localhost', '127.0.0.1', '[::1]'];
const absolute = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/[^/?#]+(?<path>[^?#]*)/;

/**
 * What keeps a text from being the canonical URI of a resource. The config holds the form that tokens carry, so that
 * nobody compares two spellings. A value that only the deployment knows is the registrar's to check.
 */
export function resourceUriProblem(text: string, hosts: Hosts): string | undefined {
  if (Token.isUnresolved(text)) return undefined;
  const url = uriText.test(text) && text.length <= maximumLength ? URL.parse(text) : null;
  const path = absolute.exec(text)?.groups?.['path'];
  if (url === null || path === undefined) {
    return `${show(text)} is not an absolute URI; write it as 'https://mcp.example.com/mcp'`;
  }
  const fault = faultIn(text) ?? schemeFault(url, hosts);
  if (fault !== undefined) return `${show(text)} ${fault}`;
  const escaped = path.replaceAll(/%[0-9a-f]{2}/gi, (escape) => escape.toUpperCase());
  const canonical = `${url.protocol}//${url.host}${escaped.replace(/(?<!\/)\/$/, '')}`;
  return text === canonical ? undefined : `${show(text)} is not in canonical form; write '${canonical}'`;
}

/** The same for a document's URL, where a query and any spelling are fine. */
export function documentUrlProblem(text: string, hosts: Hosts): string | undefined {
  const url = URL.parse(text);
  if (url === null) return `${show(text)} is not a URL; write it as 'https://client.example.com/jwks.json'`;
  if (url.username !== '' || url.password !== '') return `${show(text)} holds user information; remove it`;
  if (text.includes('#')) return `${show(text)} has a fragment; remove it`;
  const fault = schemeFault(url, hosts);
  return fault && `${show(text)} ${fault}`;
}

function faultIn(text: string): string | undefined {
  if (text.includes('#')) return 'has a fragment; remove it';
  if (text.includes('?')) return 'has a query; remove it';
  const [authority = ''] = text.slice(text.indexOf('//') + 2).split('/');
  if (authority.includes('@')) return 'holds user information; remove it';
  // The ARN of an AgentCore Runtime stands escaped in its URL; nothing else is found under an escaped path.
  if (authority.includes('%') || /%(?!3A|2F)/i.test(text)) {
    return `holds percent-encoding other than of ':' and '/'; choose a path without it`;
  }
  return /\/\.{1,2}(?:\/|$)/.test(text) ? 'holds dot segments; write the path without them' : undefined;
}

function schemeFault(url: URL, hosts: Hosts): string | undefined {
  if (url.protocol === 'https:') return undefined;
  const local = url.protocol === 'http:' && loopbackHosts.includes(url.hostname);
  if (!local) return 'is not https; serve it over https';
  return hosts === 'loopback' ? undefined : "is not https; only profile 'dev' admits http, on this machine";
}
