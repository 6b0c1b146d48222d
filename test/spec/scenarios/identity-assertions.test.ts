import { discoverAndRequestJwtAuthGrant } from '@modelcontextprotocol/client';
import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { describe, expect } from 'vitest';
import type { ClientConfig, VestibuleConfig } from '../../../lib/index.ts';
import { newDpopKey } from '../../support/dpop-key.ts';
import { type Company, startCompany } from '../../support/company.ts';
import { type Answer, basic, drive } from '../support/driver.ts';
import { eventsSince, hosted, requestOf, signIn, verifier } from '../support/people.ts';
import { provingAt } from '../support/proving.ts';
import { forThisFile } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

const exchange = 'urn:ietf:params:oauth:grant-type:token-exchange';
const type = (name: string): string => `urn:ietf:params:oauth:token-type:${name}`;
const chat = 'https://auth.chat.example';
const api = 'https://api.chat.example';

const portal: Omit<ClientConfig, 'id'> = {
  ...{ agent: 'planner', grants: ['authorization_code', 'refresh_token', exchange], consent: 'implied' },
  ...{ authentication: { method: 'client_secret_basic' }, redirectUris: [hosted] },
};

function withTerms(config: VestibuleConfig): VestibuleConfig {
  return {
    ...config,
    clients: [...config.clients, { ...portal, id: 'portal' }, { ...portal, id: 'kiosk' }],
    identityAssertions: [
      {
        ...{ audience: chat, clients: { portal: 'f53f191f9311af35' }, email: true },
        ...{ scopes: ['chat.read', 'chat.history'], resources: [api] },
      },
      { audience: 'https://auth.wiki.example', clients: { portal: 'portal' }, scopes: ['wiki.read'] },
    ],
  };
}

const company = forThisFile<Company>(() => startCompany({ change: withTerms }));
const client = () => drive(company);

/** What alice's sign-in gives a client: tokens of hers. */
async function signedIn(clientId = 'portal', scope = 'openid email tools:read'): Promise<Answer['body']> {
  const answer = await signIn(requestOf(company, { client_id: clientId, scope }));
  const { text, body } = await client().token(
    {
      ...{ grant_type: 'authorization_code', code: answer.get('code') ?? '' },
      ...{ redirect_uri: hosted, code_verifier: verifier },
    },
    basic(clientId, await company.secretOf(clientId)),
  );
  if (body['id_token'] === undefined) throw new Error(text);
  return body;
}

type Form = Readonly<Record<string, string | undefined>>;

function formOf(token: unknown, more: Form = {}): Readonly<Record<string, string>> {
  const form: Form = {
    ...{ grant_type: exchange, requested_token_type: type('id-jag'), audience: chat },
    ...{ subject_token: String(token), subject_token_type: type('id_token'), ...more },
  };
  return Object.fromEntries(
    Object.entries(form).filter((field): field is [string, string] => field[1] !== undefined),
  );
}

async function ask(token: unknown, more: Form = {}, as = 'portal'): Promise<Answer> {
  return client().token(formOf(token, more), basic(as, await company.secretOf(as)));
}

const told = ({ status, body }: Answer): string => `${status} ${String(body['error'])}`;

describe('a person who signed in through us', () => {
  verifies(
    'vestibule:id-jag-issued',
    'is asserted to another authorization server, by the terms that the config has',
    async () => {
      const { id_token: idToken } = await signedIn();
      const from = company.log.length;
      const { status, body } = await ask(idToken, { scope: 'chat.read unknown' });
      expect([status, body]).toEqual([
        200,
        {
          ...{ access_token: expect.any(String) as string, issued_token_type: type('id-jag') },
          ...{ token_type: 'N_A', scope: 'chat.read', expires_in: 300 },
        },
      ]);
      const idJag = String(body['access_token']);
      const keys = createRemoteJWKSet(new URL(`${company.issuer}/.well-known/jwks.json`));
      const at = new Date(company.run.clock.now());
      const options = { issuer: company.issuer, audience: chat, typ: 'oauth-id-jag+jwt', currentDate: at };
      const { payload } = await jwtVerify(idJag, keys, options);
      const { sub, auth_time, jti } = { auth_time: decodeJwt(String(idToken))['auth_time'], ...payload };
      expect(payload).toEqual({
        ...{ iss: company.issuer, sub: decodeJwt(String(idToken)).sub, aud: chat },
        ...{ client_id: 'f53f191f9311af35', resource: api, scope: 'chat.read' },
        ...{ jti: expect.any(String) as string, iat: expect.any(Number) as number },
        ...{ exp: payload.iat! + 300, email: 'alice@example.com', email_verified: true },
        ...(auth_time !== undefined && { auth_time }),
      });
      expect(eventsSince(company, from)).toMatchObject([
        {
          ...{ event: 'token_issued', grantType: exchange, clientId: 'portal', personId: sub },
          ...{ resource: chat, scope: 'chat.read', jti },
        },
      ]);
      expect(company.log.slice(from).join('\n')).not.toContain(idJag);
    },
  );

  verifies(
    'vestibule:id-jag-issued',
    'is asserted to the MCP SDK, which asks as for any provider',
    async () => {
      const { id_token: idToken } = await signedIn();
      const granted = await discoverAndRequestJwtAuthGrant({
        ...{ idpUrl: company.issuer, audience: chat, resource: api, idToken: String(idToken) },
        ...{ clientId: 'portal', clientSecret: await company.secretOf('portal'), scope: 'chat.history' },
      });
      expect([granted.scope, granted.expiresIn]).toEqual(['chat.history', 300]);
      expect(decodeProtectedHeader(granted.jwtAuthGrant).typ).toBe('oauth-id-jag+jwt');
    },
  );

  verifies(
    'vestibule:id-jag-issued',
    'is asserted while they are away, by a refresh token that stays',
    async () => {
      const { refresh_token: refreshToken } = await signedIn('portal', 'openid tools:read');
      const byRefreshToken = { subject_token_type: type('refresh_token') };
      for (const _try of ['first', 'second']) {
        const { status, body } = await ask(refreshToken, byRefreshToken);
        expect([_try, status]).toEqual([_try, 200]);
        // The person did not let the client read their address.
        expect(decodeJwt(String(body['access_token']))).not.toHaveProperty('email');
      }
      const secret = basic('portal', await company.secretOf('portal'));
      const form = { grant_type: 'refresh_token', refresh_token: String(refreshToken) };
      expect((await client().token(form, secret)).status).toBe(200);
    },
  );

  verifies('vestibule:id-jag-issued-key', 'is asserted for the key that the client proves', async () => {
    const key = await newDpopKey();
    const secret = basic('portal', await company.secretOf('portal'));
    const { id_token: idToken } = await signedIn();
    const form = formOf(idToken);
    const { body } = await provingAt(company, client(), { key, form, headers: secret }).token(
      key,
      form,
      secret,
    );
    expect(body['token_type']).toBe('N_A');
    expect(decodeJwt(String(body['access_token']))).toMatchObject({ cnf: { jkt: key.jkt } });
  });
});

describe('nobody', () => {
  verifies('vestibule:id-jag-issued-denied', 'is asserted to whom the config does not name', async () => {
    const { id_token: idToken } = await signedIn();
    expect(told(await ask(idToken, { audience: undefined }))).toBe('400 invalid_request');
    expect(told(await ask(idToken, { audience: `${chat}/` }))).toBe('400 invalid_target');
    expect(told(await ask(idToken, { audience: company.mcpUrl }))).toBe('400 invalid_target');
    expect(told(await ask(idToken, { resource: 'https://other.example.com' }))).toBe('400 invalid_target');
    expect(told(await ask(idToken, { scope: 'chat.admin' }))).toBe('400 invalid_scope');
    expect(told(await ask(idToken, { scope: 'two  spaces' }))).toBe('400 invalid_scope');
    const { id_token: ofKiosk } = await signedIn('kiosk');
    expect(told(await ask(ofKiosk, {}, 'kiosk'))).toBe('400 invalid_target');
    const wiki = await ask(idToken, { audience: 'https://auth.wiki.example' });
    expect(decodeJwt(String(wiki.body['access_token']))).not.toHaveProperty('email');
    expect(wiki.body['scope']).toBe('wiki.read');
  });

  verifies(
    'vestibule:id-jag-issued-subject',
    'is asserted by a token that does not say who they are now',
    async () => {
      const { id_token: idToken, access_token: accessToken } = await signedIn();
      const { id_token: ofKiosk } = await signedIn('kiosk');
      const forged = `${String(idToken).slice(0, -6)}AAAAAA`;
      for (const token of [ofKiosk, accessToken, forged, 'opaque', `${String(idToken)}.a.b`]) {
        expect(told(await ask(token))).toBe('400 invalid_request');
      }
      for (const name of ['access_token', 'saml2', 'jwt']) {
        expect(told(await ask(idToken, { subject_token_type: type(name) }))).toBe('400 invalid_request');
      }
      const actor = { actor_token: String(accessToken), actor_token_type: type('access_token') };
      expect(told(await ask(idToken, actor))).toBe('400 invalid_request');
      expect(told(await ask('guess', { subject_token_type: type('refresh_token') }))).toBe(
        '400 invalid_grant',
      );
    },
  );

  verifies('vestibule:id-jag-issued-subject', 'is asserted on a grant that has ended', async () => {
    const { id_token: idToken, refresh_token: refreshToken } = await signedIn();
    expect((await ask(idToken)).body).toMatchObject({ token_type: 'N_A' });
    await client().send('/revoke', {
      ...{ method: 'POST', headers: basic('portal', await company.secretOf('portal')) },
      body: new URLSearchParams({ token: String(refreshToken) }),
    });
    expect(told(await ask(idToken))).toBe('400 invalid_grant');
    const byRefreshToken = { subject_token_type: type('refresh_token') };
    expect(told(await ask(refreshToken, byRefreshToken))).toBe('400 invalid_grant');
  });

  verifies('vestibule:id-jag-issued-not-ours', 'gets anything of ours for an ID-JAG of ours', async () => {
    const { id_token: idToken } = await signedIn();
    const idJag = String((await ask(idToken)).body['access_token']);
    const userinfo = await client().get('/userinfo', { authorization: `Bearer ${idJag}` });
    expect(userinfo.status).toBe(401);
    const server = basic('demo-server', await company.secretOf('demo-server'));
    const body = new URLSearchParams({ token: idJag });
    const known = await client().send('/introspect', { method: 'POST', headers: server, body });
    expect(known.body['active']).toBe(false);
    for (const name of ['id_token', 'jwt']) {
      expect((await ask(idJag, { subject_token_type: type(name) })).status).toBe(400);
    }
  });

  verifies('vestibule:id-jag-issued-metadata', 'is told of ID-JAGs but where there are any', async () => {
    const { body } = await client().get('/.well-known/oauth-authorization-server');
    expect(body['identity_chaining_requested_token_types_supported']).toEqual([type('id-jag')]);
    expect(body).not.toHaveProperty('authorization_grant_profiles_supported');
  });

  // The last: the provider does not live in that time.
  verifies('vestibule:id-jag-issued-subject', 'is asserted by an id_token that is expired', async () => {
    const { id_token: idToken } = await signedIn();
    company.run.clock.advance(60 * 60);
    expect(told(await ask(idToken))).toBe('400 invalid_request');
  });
});
