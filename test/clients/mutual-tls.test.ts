import { decodeJwt } from 'jose';
import * as oauth from 'oauth4webapi';
import * as client from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readClientCertificate } from '../../lambdas/oauth/mutual-tls/client-certificate.ts';
import { makeCertificate } from '../../local/tls/certificate.ts';
import { mutualTls, named } from '../spec/support/certificates.ts';
import { createBrowser } from '../support/browser-player.ts';
import { type Company, startCompany } from '../support/company.ts';
import { tlsFetch } from '../support/tls-fetch.ts';

const redirectUri = 'https://app.example.com/callback';
// eslint-disable-next-line @typescript-eslint/no-deprecated -- the issuer on loopback has no TLS
const overLoopback = { [oauth.allowInsecureRequests]: true } as const;

let company: Company;
/** Plain HTTP to the issuer, and TLS with the certificate to the host that asks for it. */
let fetchIt: typeof fetch;
let thumbprint: string;

beforeAll(async () => {
  company = await startCompany({
    change: (config) => ({
      ...config,
      mutualTls,
      clients: [
        ...config.clients,
        {
          ...{ id: 'reporter', agent: 'planner', certificateBoundAccessTokens: true },
          authentication: { method: 'tls_client_auth', sanUri: 'spiffe://example.com/reporter' },
        },
        {
          ...{ id: 'checker', resource: 'demo' },
          authentication: { method: 'tls_client_auth', sanUri: 'spiffe://example.com/reporter' },
        },
        {
          ...{ id: 'desk', name: 'Desk', authentication: { method: 'none' }, redirectUris: [redirectUri] },
          certificateBoundAccessTokens: true,
        },
        {
          ...{ id: 'house', name: 'House', redirectUris: [redirectUri] },
          ...{ requirePushedRequests: true, certificateBoundAccessTokens: true },
          authentication: { method: 'tls_client_auth', subjectDn: 'CN=Reporter, O=Example' },
        },
      ],
    }),
  });
  const { clientAuthority } = company.run;
  const issued = clientAuthority.issue({
    subject: named(['O', 'Example'], ['CN', 'reporter']),
    alternativeNames: [{ kind: 'uri', value: 'spiffe://example.com/reporter' }],
  });
  thumbprint = readClientCertificate(issued.certificate)?.thumbprint ?? '';
  const overTls = tlsFetch(clientAuthority.certificate, issued);
  fetchIt = (input, init) =>
    (String(input instanceof Request ? input.url : input).startsWith('https:') ? overTls : fetch)(
      input,
      init,
    );
});
afterAll(() => company.stop());

describe('oauth4webapi', () => {
  it('gets a token with its certificate, asks about it and ends it, each at the alias', async () => {
    const issuer = new URL(company.issuer);
    const options = {
      ...overLoopback,
      [oauth.customFetch]: (url: string, init: object) => fetchIt(url, init),
    } as const;
    const server = await oauth.processDiscoveryResponse(
      issuer,
      await oauth.discoveryRequest(issuer, options),
    );
    const [reporter, checker] = ['reporter', 'checker'].map((client_id) => ({
      ...{ client_id, use_mtls_endpoint_aliases: true },
    })) as [oauth.Client, oauth.Client];
    const [authentication, parameters] = [oauth.TlsClientAuth(), { resource: company.mcpUrl }];
    const granted = await oauth.processClientCredentialsResponse(
      server,
      reporter,
      await oauth.clientCredentialsGrantRequest(server, reporter, authentication, parameters, options),
    );
    expect(granted.token_type).toBe('bearer');
    expect(decodeJwt(granted.access_token)['cnf']).toEqual({ 'x5t#S256': thumbprint });

    const asked = async (): Promise<oauth.IntrospectionResponse> => {
      const answer = await oauth.introspectionRequest(
        server,
        checker,
        authentication,
        granted.access_token,
        options,
      );
      return oauth.processIntrospectionResponse(server, checker, answer);
    };
    expect(await asked()).toMatchObject({ active: true, cnf: { 'x5t#S256': thumbprint } });
    await oauth.processRevocationResponse(
      await oauth.revocationRequest(server, reporter, authentication, granted.access_token, options),
    );
    expect(await asked()).toEqual({ active: false });
  });
});

describe('openid-client', () => {
  const configOf = async (
    clientId: string,
    authentication: client.ClientAuth,
  ): Promise<client.Configuration> => {
    const metadata = { use_mtls_endpoint_aliases: true };
    return client.discovery(new URL(company.issuer), clientId, metadata, authentication, {
      [client.customFetch]: fetchIt as client.CustomFetch,
      // eslint-disable-next-line @typescript-eslint/no-deprecated -- the issuer on loopback has no TLS
      execute: [client.allowInsecureRequests],
    });
  };
  const scope = 'openid email offline_access tools:read';

  it('signs a person in at a public client, and stays signed in with that certificate alone', async () => {
    const config = await configOf('desk', client.None());
    const verifier = client.randomPKCECodeVerifier();
    const back = await createBrowser().signIn({
      authorizeUrl: client.buildAuthorizationUrl(config, {
        ...{ redirect_uri: redirectUri, scope, resource: company.mcpUrl },
        code_challenge: await client.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      }),
      user: 'alice',
    });
    const tokens = await client.authorizationCodeGrant(config, back, {
      ...{ pkceCodeVerifier: verifier, idTokenExpected: true },
    });
    expect(decodeJwt(tokens.access_token)['cnf']).toEqual({ 'x5t#S256': thumbprint });
    const info = await client.fetchUserInfo(config, tokens.access_token, tokens.claims()?.sub ?? '');
    expect(info.email).toBe('alice@example.com');
    const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token ?? '');
    expect(decodeJwt(refreshed.access_token)['cnf']).toEqual({ 'x5t#S256': thumbprint });

    // As who found both tokens, and is another client of the same authority.
    const { clientAuthority } = company.run;
    config[client.customFetch] = tlsFetch(
      clientAuthority.certificate,
      clientAuthority.issue({ subject: named(['CN', 'thief']) }),
    ) as client.CustomFetch;
    await expect(client.refreshTokenGrant(config, refreshed.refresh_token ?? '')).rejects.toMatchObject({
      error: 'invalid_grant',
    });
    await expect(
      client.fetchUserInfo(config, refreshed.access_token, tokens.claims()?.sub ?? ''),
    ).rejects.toThrow();
    config[client.customFetch] = tlsFetch(
      clientAuthority.certificate,
      makeCertificate({ subject: named(['O', 'Example'], ['CN', 'reporter']) }),
    ) as client.CustomFetch;
    await expect(client.refreshTokenGrant(config, refreshed.refresh_token ?? '')).rejects.toThrow();
  });

  it('pushes the request of a client that proves itself by a certificate', async () => {
    const config = await configOf('house', client.TlsClientAuth());
    const verifier = client.randomPKCECodeVerifier();
    const back = await createBrowser().signIn({
      authorizeUrl: await client.buildAuthorizationUrlWithPAR(config, {
        ...{ redirect_uri: redirectUri, scope, resource: company.mcpUrl },
        code_challenge: await client.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      }),
      user: 'alice',
      client: new URL(redirectUri),
    });
    const tokens = await client.authorizationCodeGrant(config, back, { pkceCodeVerifier: verifier });
    expect(decodeJwt(tokens.access_token)['cnf']).toEqual({ 'x5t#S256': thumbprint });
  });
});
