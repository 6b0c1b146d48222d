import { randomBytes } from 'node:crypto';
import { exportJWK, generateKeyPair } from 'jose';
import type { KoaContext } from 'oidc-provider';
import { createMemoryAdapter } from 'oidc-provider/lib/adapters/memory_adapter.js';

/** The client under which the deployment is known here. */
export const trackerClient = 'vestibule';

export const trackerScopes = ['issues:read', 'issues:write'] as const;

const day = 24 * 60 * 60;

/** An OAuth 2 server as third parties have them: opaque tokens for ten minutes, refresh tokens that are each good once. */
export async function trackerSettings(options: {
  /** Of the deployment. */
  readonly issuer: string;
  readonly clientSecret: string;
}): Promise<object> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  return {
    adapter: createMemoryAdapter(),
    jwks: { keys: [{ ...(await exportJWK(privateKey)), use: 'sig', alg: 'RS256' }] },
    clients: [
      {
        ...{ client_id: trackerClient, client_secret: options.clientSecret },
        redirect_uris: [`${options.issuer}/connect/tracker/callback`],
        grant_types: ['authorization_code', 'refresh_token'],
      },
    ],
    cookies: {
      keys: [randomBytes(32).toString('base64url')],
      // Cookies know hosts and no ports: the identity provider of the company is on the same one.
      names: { session: 'tracker', interaction: 'tracker_asks', resume: 'tracker_resumes' },
    },
    scopes: [...trackerScopes, 'offline_access'],
    issueRefreshToken: () => true,
    rotateRefreshToken: true,
    expiresWithSession: () => false,
    features: {
      ...{ devInteractions: { enabled: false }, resourceIndicators: { enabled: false } },
      revocation: { enabled: true, allowedPolicy: () => true },
    },
    ttl: { AccessToken: 600, IdToken: 600, Interaction: 600, Grant: day, Session: day, RefreshToken: day },
    interactions: { url: (_: unknown, { uid }: { readonly uid: string }) => `/approve/${uid}` },
    findAccount: (_: unknown, id: string) => ({ accountId: id, claims: () => ({ sub: id }) }),
    loadExistingGrant: grantAsked,
    clientBasedCORS: () => false,
    renderError: (ctx: { type: string; body: string }, out: { readonly error: string }) => {
      ctx.type = 'text/plain';
      ctx.body = out.error;
    },
  };
}

/** The one page says what is asked; whoever pressed its button granted that. */
async function grantAsked({ oidc: { client, session, provider, params } }: KoaContext): Promise<object> {
  const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
  grant.addOIDCScope(typeof params?.['scope'] === 'string' ? params['scope'] : '');
  await grant.save();
  return grant;
}
