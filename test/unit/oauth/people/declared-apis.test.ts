import { describe, expect, it } from 'vitest';
import { declaredFindings } from '../../../../lambdas/oauth/people/diagnosis/apis/declared-api.ts';
import type { LookedAt } from '../../../../lambdas/oauth/people/diagnosis/provider.ts';
import type { DownstreamApi, ExchangeStrategy } from '../../../../lambdas/ports/downstream-apis.ts';
import type { ScopeName } from '../../../../lambdas/runtime/identifiers.ts';

const entra: LookedAt = { issuer: 'https://login.microsoftonline.com/tenant/v2.0', profile: 'entra' };
const okta: LookedAt = { issuer: 'https://company.okta.com/oauth2/default', profile: 'okta' };
const byKey = { method: 'private_key_jwt', alg: 'RS256', audience: 'token_endpoint' } as const;

type Asked = Pick<DownstreamApi, 'strategy' | 'scopes'>;

function api(strategy: ExchangeStrategy, scopes: readonly string[] = ['read']): Asked {
  return { strategy, scopes: scopes.map((upstream) => ({ name: upstream as ScopeName, upstream })) };
}

const codes = (idp: LookedAt, of: Asked): readonly string[] =>
  declaredFindings(idp, of).map(({ code }) => code);

describe('the scopes of an API behind Entra', () => {
  const graph = 'https://graph.microsoft.com';
  const obo = (...scopes: readonly string[]) => codes(entra, api({ kind: 'entra-obo' }, scopes));

  it('are of one resource, which is Microsoft Graph where they name none', () => {
    expect(obo(`${graph}/Mail.Read`, 'User.Read')).toEqual([]);
    expect(obo('api://files/read', 'api://files/write')).toEqual([]);
    expect(obo('api://files/read', `${graph}/Mail.Read`)).toEqual(['scopes_of_several_resources']);
    expect(obo('api://files/read', 'User.Read')).toEqual(['scopes_of_several_resources']);
    const agent = { kind: 'entra-agent-id', agentIdentity: 'agent' } as const;
    expect(codes(entra, api(agent, ['api://files/read', 'api://mail/read']))).toEqual([
      'scopes_of_several_resources',
    ]);
  });

  it('are .default alone, or others', () => {
    expect(obo(`${graph}/.default`)).toEqual([]);
    expect(obo(`${graph}/.default`, `${graph}/Mail.Read`)).toEqual(['default_scope_mixed']);
  });

  it('are names like any other at other providers', () => {
    const plain = { kind: 'rfc8693', audience: 'files' } as const;
    expect(codes(okta, api(plain, ['https://a.example.com/read', 'https://b.example.com/read']))).toEqual([]);
  });
});

describe('an agent at Okta', () => {
  const client = { id: 'agent' };
  const at = (tokenEndpoint: string) =>
    api({ kind: 'okta-agent', audience: 'https://as.example.com', tokenEndpoint, client });

  it('proves itself by a key', () => {
    const elsewhere = at('https://as.example.com/token');
    expect(codes({ ...okta, clientProof: byKey }, elsewhere)).toEqual([]);
    expect(codes({ ...okta, clientProof: { method: 'client_secret' } }, elsewhere)).toEqual([
      'exchange_key_missing',
    ]);
  });
});

describe('an API behind a provider that is shown a key', () => {
  const shown = { ...okta, clientProof: byKey, dpop: true };

  it('is asked for without one, so that nothing is wrong with it', () => {
    const client = { id: 'service' };
    const [audience, tokenEndpoint] = [
      'https://as.example.com',
      'https://company.okta.com/oauth2/a/v1/token',
    ];
    expect(codes(shown, api({ kind: 'okta', audience: 'api://files', client }))).toEqual([]);
    expect(codes(shown, api({ kind: 'okta-agent', audience, tokenEndpoint, client }))).toEqual([]);
  });

  it('may not have what is presented bound to that key, at Keycloak', () => {
    const keycloak: LookedAt = { issuer: 'https://id.example.com/realms/staff', profile: 'keycloak' };
    const files = api({ kind: 'keycloak', audience: 'files' });
    expect(codes(keycloak, files)).toEqual([]);
    const [bound, ...more] = declaredFindings({ ...keycloak, dpop: true }, files);
    expect([bound, more]).toMatchObject([{ code: 'presented_token_bound', severity: 'warning' }, []]);
  });
});
