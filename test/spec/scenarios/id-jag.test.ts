import { decodeJwt, decodeProtectedHeader } from 'jose';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { newDpopKey } from '../../support/dpop-key.ts';
import { type AssertedOffice, jwtBearer, shared, startAssertedOffice } from '../support/asserted-office.ts';
import { basic } from '../support/driver.ts';
import { deskAt, eventsSince, requestOf, signIn } from '../support/people.ts';
import { peoplesClients } from '../support/people.ts';
import { provingAt } from '../support/proving.ts';
import { verifies } from '../verifies.ts';

const everything = 'tools:read tools:write';
let office: AssertedOffice;
let demo: string;
let analyst: string;

beforeAll(async () => {
  office = await startAssertedOffice((config) => ({
    ...config,
    clients: [...config.clients, ...peoplesClients],
  }));
  demo = office.deployment.mcpUrl;
  analyst = String((await office.client.admin('GET', 'resources/analyst-agent')).body['uri']);
});

afterAll(async () => {
  await office.stop();
});

function claimsOf(body: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return decodeJwt(String(body['access_token']));
}

describe('an ID-JAG of a company whose people sign in here', () => {
  verifies(
    ['EMA-1', 'EMA-2', 'EMA-9', 'vestibule:id-jag-audit'],
    'gives the client that it was issued to a token in the name of the person, and no refresh token',
    async () => {
      const from = office.deployment.log.length;
      const claims = {
        groups: ['engineering'],
        resource: demo,
        auth_time: 1_700_000_000,
        acr: 'high',
        amr: ['mfa'],
      };
      const { status, body } = await office.present(await office.idJag({ claims }), { scope: everything });
      expect([status, body['token_type'], body['scope']]).toEqual([200, 'Bearer', everything]);
      expect(body).not.toHaveProperty('refresh_token');
      expect(decodeProtectedHeader(String(body['access_token'])).typ).toBe('at+jwt');
      const token = claimsOf(body);
      expect(token).toMatchObject({
        ...{ iss: office.client.issuer, aud: demo, client_id: 'chat', scope: everything },
        ...{ roles: ['everyone', 'engineering'], auth_time: 1_700_000_000, acr: 'high', amr: ['mfa'] },
      });
      expect(token).not.toHaveProperty('grant_id');
      expect(eventsSince(office.deployment, from)).toMatchObject([
        {
          ...{ event: 'token_issued', grantType: jwtBearer, clientId: 'chat', personId: token['sub'] },
          ...{ resource: demo, anchor: 'company' },
        },
      ]);
    },
  );

  verifies('EMA-11', 'is about the same person as a sign-in', async () => {
    const redirected = await signIn(requestOf(office.deployment));
    const { body } = await deskAt(office.client).redeem(redirected.get('code') ?? '');
    const { sub } = claimsOf(body);
    const asserted = await office.present(await office.idJag({ claims: { resource: demo } }));
    expect(claimsOf(asserted.body)['sub']).toBe(sub);
    const known = await office.present(await office.idJag({ claims: { resource: demo, aud_sub: sub } }));
    expect(known.status).toBe(200);
    const another = await office.idJag({ claims: { resource: demo, sub: 'bob', aud_sub: sub } });
    expect((await office.present(another)).body).toMatchObject({
      ...{ error: 'invalid_grant' },
      error_description: 'the assertion names in aud_sub another person than its iss and sub do',
    });
    const mail = await office.idJag({ claims: { resource: demo, sub: 'bob', email: 'alice@example.com' } });
    expect(claimsOf((await office.present(mail)).body)['sub']).not.toBe(sub);
  });

  verifies(
    'EMA-7',
    'gives what is asked, asserted, granted by the config, and held by the person',
    async () => {
      const scopeOf = async (claims: object, more = {}, as = 'chat'): Promise<unknown> => {
        const assertion = await office.idJag({ claims: { resource: demo, client_id: as, ...claims } });
        const { body } = await office.present(assertion, more, as);
        return body['scope'] ?? body['error'];
      };
      // What roles give: everybody may read, and engineers write.
      expect(await scopeOf({})).toBe('tools:read');
      expect(await scopeOf({ groups: ['engineering'] })).toBe(everything);
      expect(await scopeOf({ groups: ['engineering'], scope: 'tools:write other' })).toBe('tools:write');
      expect(await scopeOf({ groups: ['engineering'] }, { scope: 'tools:write unknown' })).toBe(
        'tools:write',
      );
      expect(await scopeOf({ groups: ['engineering'], scope: 'tools:read' }, { scope: everything })).toBe(
        'tools:read',
      );
      // An agent gets what it requires unasked, and never what its catalogue lacks.
      expect(await scopeOf({ groups: ['engineering'] }, {}, 'assistant')).toBe('tools:read');
      expect(await scopeOf({ groups: ['engineering'] }, { scope: everything }, 'assistant')).toBe(everything);
      expect(await scopeOf({ scope: 'tools:write' })).toBe('invalid_scope');
      expect(await scopeOf({}, { scope: 'tools:write' })).toBe('invalid_scope');
      expect(await scopeOf({}, { scope: 'two  spaces' })).toBe('invalid_scope');
    },
  );

  verifies('EMA-6', 'is for the resources that it names, one at a time', async () => {
    const answer = async (resource: unknown, asked?: string): Promise<readonly unknown[]> => {
      const assertion = await office.idJag({ claims: { resource } });
      const { body } = await office.present(assertion, asked === undefined ? {} : { resource: asked });
      return body['error'] === undefined
        ? [claimsOf(body)['aud']]
        : [body['error'], body['error_description']];
    };
    expect(await answer(demo)).toEqual([demo]);
    expect(await answer([demo], `${demo}/`)).toEqual([demo]);
    expect(await answer([demo, analyst], analyst)).toEqual([analyst]);
    expect(await answer([demo, analyst])).toEqual([
      'invalid_target',
      `name a resource, one of: ${demo} ${analyst}`,
    ]);
    expect(await answer(demo, analyst)).toEqual([
      'invalid_target',
      'the resource is none that the assertion is for',
    ]);
    expect(await answer('https://elsewhere.example.com')).toEqual([
      'invalid_grant',
      'the assertion is for no resource that assertions of its issuer give anything at',
    ]);
    // It names none: the terms of its issuer say which there are.
    expect(await answer(undefined, demo)).toEqual([demo]);
    expect((await answer(undefined))[0]).toBe('invalid_target');
  });

  verifies('EMA-7', 'gives nothing at a resource that is disabled, or to a client that is', async () => {
    const assertion = await office.idJag({ claims: { resource: analyst } });
    await office.client.admin('POST', 'resources/analyst-agent/disable');
    office.client.letCachesExpire();
    expect((await office.present(assertion)).body['error']).toBe('invalid_target');
    await office.client.admin('POST', 'resources/analyst-agent/enable');
    await office.client.admin('POST', 'agents/planner/disable');
    office.client.letCachesExpire();
    const ofAgent = await office.idJag({ claims: { resource: demo, client_id: 'assistant' } });
    expect((await office.present(ofAgent, {}, 'assistant')).body['error']).toBe('unauthorized_client');
    await office.client.admin('POST', 'agents/planner/enable');
    office.client.letCachesExpire();
    expect((await office.present(ofAgent, {}, 'assistant')).status).toBe(200);
    expect((await office.present(assertion)).status).toBe(200);
  });

  verifies('EMA-7', 'gives a token that introspection and revocation know', async () => {
    const { body } = await office.present(await office.idJag({ claims: { resource: demo } }));
    const token = String(body['access_token']);
    const server = basic('demo-server', await office.deployment.secretOf('demo-server'));
    const ask = async (): Promise<unknown> =>
      (
        await office.client.send('/introspect', {
          ...{ method: 'POST', headers: server, body: new URLSearchParams({ token }) },
        })
      ).body['active'];
    expect(await ask()).toBe(true);
    const chat = basic('chat', await office.deployment.secretOf('chat'));
    await office.client.send('/revoke', {
      ...{ method: 'POST', headers: chat, body: new URLSearchParams({ token }) },
    });
    expect(await ask()).toBe(false);
  });
});

describe('an ID-JAG and a key', () => {
  verifies('EMA-10', 'belong together where it names one, and give a token of that key', async () => {
    const [key, another] = [await newDpopKey(), await newDpopKey()];
    const chat = basic('chat', await office.deployment.secretOf('chat'));
    const form = { grant_type: jwtBearer, assertion: await office.idJag({ claims: { resource: demo } }) };
    const proving = provingAt(office.deployment, office.client, { key, form, headers: chat });
    const bound = (): Promise<string> => office.idJag({ claims: { resource: demo, cnf: { jkt: key.jkt } } });
    const withKey = async (shown: typeof key, assertion: string): Promise<unknown> => {
      const { body } = await proving.token(shown, { ...form, assertion }, chat);
      return body['error'] ?? [body['token_type'], claimsOf(body)['cnf']];
    };
    expect((await office.present(await bound())).body).toMatchObject({
      ...{ error: 'invalid_grant' },
      error_description: 'the assertion is bound to a key: send a proof of that key in the DPoP header',
    });
    expect(await withKey(another, await bound())).toBe('invalid_grant');
    expect(await withKey(key, await bound())).toEqual(['DPoP', { jkt: key.jkt }]);
    const unbound = await office.idJag({ claims: { resource: demo } });
    expect(await withKey(key, unbound)).toEqual(['DPoP', { jkt: key.jkt }]);
  });

  verifies(['EMA-10', 'DPOP-2'], 'are both needed where bound tokens alone are taken', async () => {
    const sealed = await office.idJag({ claims: { resource: demo, client_id: 'sealed' } });
    expect((await office.present(sealed, {}, 'sealed')).body['error']).toBe('invalid_dpop_proof');
    const safe = await office.idJag({ claims: { resource: 'https://safe.example.com' } });
    expect((await office.present(safe)).body).toMatchObject({
      ...{ error: 'invalid_grant' },
      error_description: 'the assertion gives bound tokens alone at this resource: send the DPoP header',
    });
  });
});

describe('ID-JAGs of others', () => {
  verifies('EMA-11', 'are told apart by the tenants of their issuer', async () => {
    const subOf = async (claims: object): Promise<unknown> => {
      const said = { iss: shared, sub: 'u-1', resource: demo, ...claims };
      const { body } = await office.present(await office.idJag({ claims: said }));
      return body['error'] ?? claimsOf(body)['sub'];
    };
    expect(await subOf({ tenant: 'acme' })).toMatch(/^person\./);
    expect(await subOf({ tenant: 'fabrikam' })).toBe('invalid_grant');
    expect(await subOf({})).toBe('invalid_grant');
    // The terms of this issuer know no tenants, so that two persons could be one.
    expect(await subOf({ iss: office.deployment.idpUrl, tenant: 'acme' })).toBe('invalid_grant');
  });

  verifies('EMA-6', 'give what the terms of their issuer say', async () => {
    const assertion = await office.ofPartner({ claims: { scope: everything } });
    const { body } = await office.present(assertion, { scope: everything });
    expect([body['scope'], claimsOf(body)['aud']]).toEqual(['tools:read', demo]);
    expect(claimsOf(body)['sub']).toMatch(/^person\.[\w-]{43}$/);
  });
});

describe('the metadata', () => {
  verifies('EMA-12', 'names the grant and the profile, and no issuer that is trusted', async () => {
    const { body, text } = await office.client.get('/.well-known/oauth-authorization-server');
    expect(body['grant_types_supported']).toContain(jwtBearer);
    expect(body['authorization_grant_profiles_supported']).toEqual([
      'urn:ietf:params:oauth:grant-profile:id-jag',
    ]);
    expect(text).not.toContain('partner.example');
  });
});
