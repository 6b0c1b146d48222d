export type Level = 'MUST' | 'SHOULD' | 'MAY';

/** One observable behaviour that a published document, the client reference or this project asks for. */
export interface Requirement {
  /** `RFC 6749 §5.2`, `OIDC Discovery §3`, `OIDC Core §2`, a reference id such as `AS-5`, or `Vestibule`: the first is the main one. */
  readonly sources: readonly string[];
  readonly level: Level;
  /** One sentence in the domain's words; its subject is the deployment unless it names another. */
  readonly behavior: string;
}

type Sources = string | readonly string[];

export function must(sources: Sources, behavior: string): Requirement {
  return { sources: [sources].flat(), level: 'MUST', behavior };
}

export function should(sources: Sources, behavior: string): Requirement {
  return { sources: [sources].flat(), level: 'SHOULD', behavior };
}

export function may(sources: Sources, behavior: string): Requirement {
  return { sources: [sources].flat(), level: 'MAY', behavior };
}

const mcp = 'https://modelcontextprotocol.io/specification/2026-07-28/basic/authorization';

/** Where a source can be read; reference ids are requirements of the MCP authorization specification and its clients. */
export function urlOf(source: string): string {
  const rfc = /^RFC (\d+) §([\d.]+)$/.exec(source);
  if (rfc) return `https://www.rfc-editor.org/rfc/rfc${String(rfc[1])}#section-${String(rfc[2])}`;
  if (source.startsWith('rfc7523bis')) return 'https://datatracker.ietf.org/doc/draft-ietf-oauth-rfc7523bis/';
  if (source.startsWith('OIDC Discovery'))
    return 'https://openid.net/specs/openid-connect-discovery-1_0.html';
  if (source.startsWith('OIDC Back-Channel Logout'))
    return 'https://openid.net/specs/openid-connect-backchannel-1_0.html';
  if (source.startsWith('OIDC RP-Initiated Logout'))
    return 'https://openid.net/specs/openid-connect-rpinitiated-1_0.html';
  if (source.startsWith('OIDC Core')) return 'https://openid.net/specs/openid-connect-core-1_0.html';
  return source === 'Vestibule' ? 'docs/threat-model.md' : mcp;
}
