import type { Answered, Asked, Behaviour } from './played-idp/behaviour.ts';

// How Microsoft Entra ID behaves, by MicrosoftDocs/entra-docs, docs/identity-platform: en-oidc v2-protocols-oidc.md, en-at
// access-tokens.md, en-claims access-token-claims-reference.md, en-actx
// developer-guide-conditional-access-authentication-context.md; ms-graph: learn.microsoft.com/graph/api/directoryobject-getmemberobjects.

export const contoso = '72f988bf-86f1-41af-91ab-2d7cd011db47';
export const fabrikam = 'f8cdef31-a31e-4b4a-93e4-5f571e91255a';
/** The tenant of personal accounts (en-at). */
export const consumers = '9188040d-6c67-4c5b-b112-36a304b66dad';
export const editors = '0760b6cf-170e-4a14-91b3-4b78e0739963';
export const annsId = '00000000-0000-0000-66f3-3332eca7ea81';

type Claims = Readonly<Record<string, unknown>>;

/** Entra at an origin of this machine, to which somebody of a tenant signs in; what is given is laid over it. */
export function entra(
  origin: string,
  {
    tid = contoso,
    person = {},
    ...more
  }: { readonly tid?: unknown; readonly person?: Claims } & Omit<Behaviour, 'person'> = {},
): Behaviour {
  const template = `${origin}/{tenantid}/v2.0`;
  return {
    // en-oidc: `organizations` and `common` answer with the template; no `iss` comes back with a code.
    metadata: {
      issuer: template,
      token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt', 'client_secret_basic'],
      subject_types_supported: ['pairwise'],
      scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
      authorization_response_iss_parameter_supported: undefined,
      cloud_instance_name: 'microsoftonline.com',
      msgraph_host: new URL(origin).host,
    },
    iss: null,
    // en-claims: `sub` is pairwise, `oid` and `tid` are the stable key; `groups` are ids.
    person: {
      ...{ sub: 'AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ', oid: annsId, tid, ver: '2.0', name: 'Ann' },
      ...{ preferred_username: 'ann@contoso.com', iss: `${origin}/${String(tid)}/v2.0`, ...person },
    },
    // en-oidc: its userinfo endpoint is of Graph, and the id_token tells all that it does.
    down: ['/userinfo'],
    // en-at: each key names the issuer that it may sign for.
    keys: (keys) => keys.map((key) => ({ ...key, issuer: template })),
    ...more,
  };
}

/** en-claims: what stands in a token in place of more than 200 groups. The URL is of a retired API. */
export function overage(endpoint: string): Claims {
  return { _claim_names: { groups: 'src1' }, _claim_sources: { src1: { endpoint } } };
}

/** ms-graph: the groups of the person whose access token it is, in pages. */
export function graph(
  origin: string,
  pages: readonly (readonly string[])[],
  heard: Asked[] = [],
): NonNullable<Behaviour['besides']> {
  const path = '/v1.0/me/getMemberObjects';
  return {
    [path]: (asked): Answered => {
      heard.push(asked);
      if (asked.method !== 'POST' || !asked.authorization?.startsWith('Bearer access-')) {
        return { status: 401, body: { error: { code: 'InvalidAuthenticationToken' } } };
      }
      const page = Number(asked.url.searchParams.get('$skiptoken') ?? 0);
      const next = page + 1 < pages.length && `${origin}${path}?$skiptoken=${page + 1}`;
      const body = { value: pages[page], ...(next && { '@odata.nextLink': next }) };
      return { status: 200, body };
    },
  };
}
