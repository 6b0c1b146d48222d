import { createHmac } from 'node:crypto';
import { decodeJwt, generateKeyPair } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest';
import { type AssertedOffice, jwtBearer, shared, startAssertedOffice } from '../support/asserted-office.ts';
import { eventsSince } from '../support/people.ts';
import { verifies } from '../verifies.ts';

let office: AssertedOffice;
let demo: string;

beforeAll(async () => {
  office = await startAssertedOffice();
  demo = office.deployment.mcpUrl;
});

afterEach(() => {
  office.deployment.run.cloud.faults.clear();
});

afterAll(async () => {
  await office.stop();
});

const flawless = (): Promise<string> => office.idJag({ claims: { resource: demo } });

/** What a client is told of an assertion. */
async function told(assertion: string, as = 'chat'): Promise<string> {
  const { status, body } = await office.present(assertion, {}, as);
  return `${status} ${String(body['error'])}: ${String(body['error_description'])}`;
}

describe('an assertion that is none', () => {
  verifies('EMA-3', 'is refused for each claim that it lacks or has wrong, in words', async () => {
    const now = Math.floor(office.deployment.run.clock.now() / 1_000);
    const wrong: readonly (readonly [claims: object, words: string])[] = [
      [{ iss: undefined }, 'iss'],
      [{ iss: 'https://nobody.example.com' }, 'is of an issuer that is not trusted here'],
      [{ sub: undefined }, 'sub'],
      [{ client_id: undefined }, 'client_id'],
      [{ jti: undefined }, 'jti'],
      [{ iat: undefined }, 'iat'],
      [{ exp: undefined }, 'exp'],
      [{ exp: now - 61 }, 'expired'],
      [{ exp: now + 7_200 }, 'must expire within 3600 seconds'],
      [{ nbf: now + 120 }, 'not valid yet'],
      [{ iat: now + 120 }, 'in the future'],
      [{ resource: 7 }, 'resource'],
      [{ scope: ['tools:read'] }, 'scope'],
      [{ cnf: { jwk: {} } }, 'cnf'],
      [{ act: { sub: 'a-robot' } }, 'act'],
      [{ authorization_details: [] }, 'authorization_details'],
      [{ aud_tenant: 'acme' }, 'aud_tenant'],
      [{ auth_time: 'noon' }, 'auth_time'],
    ];
    for (const [claims, words] of wrong) {
      const answer = await told(await office.idJag({ claims: { resource: demo, ...claims } }));
      expect([claims, answer]).toEqual([claims, expect.stringMatching(/^400 invalid_grant: the assertion /)]);
      expect(answer).toContain(words);
    }
  });

  verifies('EMA-4', 'is refused that is not for this issuer alone', async () => {
    const { issuer } = office.client;
    for (const aud of [
      `${issuer}/`,
      `${issuer}/token`,
      'https://other.example.com',
      [issuer, 'https://x.example'],
      [],
    ]) {
      expect(await told(await office.idJag({ claims: { resource: demo, aud } }))).toMatch(
        /^400 invalid_grant/,
      );
    }
    expect(
      (await office.present(await office.idJag({ claims: { resource: demo, aud: [issuer] } }))).status,
    ).toBe(200);
  });

  verifies('EMA-5', 'is refused that was issued to another client', async () => {
    const assertion = await flawless();
    expect(await told(assertion, 'assistant')).toBe(
      '400 invalid_grant: the assertion was issued to another client than the one that presents it',
    );
    // Whose it is has not lost it.
    expect((await office.present(assertion)).status).toBe(200);
  });

  verifies('EMA-2', 'is refused without the signature of a published key, or of another type', async () => {
    const { privateKey } = await generateKeyPair('ES256');
    const secret = (alg: string): string => {
      const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
      const header = { alg, kid: 'company-1', typ: 'oauth-id-jag+jwt' };
      return `${part(header)}.${part({ iss: office.deployment.idpUrl, sub: 'alice' })}`;
    };
    const mac = (input: string): string =>
      `${input}.${createHmac('sha256', 'public').update(input).digest('base64url')}`;
    const assertions = [
      await office.idJag({ key: privateKey }),
      await office.idJag({ header: { kid: 'another' } }),
      await office.idJag({ header: { typ: 'JWT' } }),
      await office.idJag({ header: { typ: 'at+jwt' } }),
      await office.idJag({ header: { typ: undefined } }),
      await office.idJag({ header: { crit: ['exp'], exp: 1 } }),
      `${secret('none')}.`,
      mac(secret('HS256')),
      'opaque',
    ];
    for (const assertion of assertions) {
      expect(await told(assertion)).toMatch(/^400 invalid_grant: the assertion /);
    }
    expect((await office.present('')).body['error']).toBe('invalid_request');
  });

  verifies('EMA-13', 'is refused that is encrypted, and told how to be sent', async () => {
    const header = Buffer.from(JSON.stringify({ alg: 'RSA-OAEP-256', enc: 'A256GCM' })).toString('base64url');
    expect(await told(`${header}.a2V5.aXY.Y2lwaGVy.dGFn`)).toContain('is encrypted (JWE)');
  });

  verifies('vestibule:id-jag-not-ours', 'is refused that this server issued itself', async () => {
    const { issuer } = office.client;
    expect(await told(await office.idJag({ claims: { iss: issuer, resource: demo } }))).toBe(
      '400 invalid_grant: the assertion was issued by this server, which takes those of others',
    );
  });

  verifies('EMA-14', 'is refused from clients that its issuer is not taken from', async () => {
    const assertion = await office.idJag({ claims: { resource: demo, client_id: 'other' } });
    expect(await told(assertion, 'other')).toMatch(/^400 unauthorized_client/);
    const ofPartner = await office.ofPartner({ claims: { client_id: 'other' } });
    expect((await office.present(ofPartner, {}, 'other')).status).toBe(200);
    // Registered for another grant.
    expect(await told(ofPartner, 'planner-client')).toMatch(/^400 unauthorized_client/);
    const registered = await office.client.send('/register', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        ...{ redirect_uris: ['https://app.example.com/callback'], client_name: 'App' },
        grant_types: ['authorization_code', jwtBearer],
      }),
    });
    expect(registered.body['grant_types']).toEqual(['authorization_code']);
  });
});

describe('a client that is a metadata document', () => {
  verifies(
    'EMA-14',
    'presents ID-JAGs where the config names it, though nobody has signed in with it',
    async () => {
      const claims = { resource: demo, client_id: office.clientAt('desktop') };
      const { status, body } = await office.presentAs('desktop', await office.idJag({ claims }));
      expect([status, decodeJwt(String(body['access_token']))['client_id']]).toEqual([200, claims.client_id]);
      const stranger = await office.idJag({
        claims: { resource: demo, client_id: office.clientAt('stranger') },
      });
      expect((await office.presentAs('stranger', stranger)).status).toBe(401);
      // Named for the assertions of one issuer, it presents no other's.
      const ofPartner = await office.ofPartner({ claims: { client_id: claims.client_id } });
      expect((await office.presentAs('desktop', ofPartner)).body['error']).toBe('unauthorized_client');
    },
  );

  verifies('EMA-12', 'that proves nothing is not told whom this deployment trusts', async () => {
    const claims = { resource: demo, client_id: office.clientAt('desktop') };
    const { privateKey } = await generateKeyPair('ES256');
    const now = Math.floor(office.deployment.run.clock.now() / 1_000);
    const forged = [
      await office.idJag({ claims: { ...claims, iss: 'https://nobody.example.com' }, key: privateKey }),
      await office.idJag({ claims, key: privateKey }),
      await office.idJag({ claims: { ...claims, iss: shared }, key: privateKey }),
      await office.idJag({ claims, header: { kid: 'another' }, key: privateKey }),
      await office.idJag({ claims: { ...claims, exp: now - 600 }, key: privateKey }),
    ];
    const answers = await Promise.all(forged.map((assertion) => office.presentAs('desktop', assertion)));
    expect(new Set(answers.map(({ text }) => text))).toEqual(new Set([answers[0]?.text]));
    expect(answers[0]?.body['error']).toBe('invalid_grant');
  });
});

describe('an ID-JAG', () => {
  verifies('EMA-8', 'is used once, however many requests bring it to however many instances', async () => {
    const assertion = await flawless();
    const answers = await Promise.all(Array.from({ length: 40 }, () => office.present(assertion)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ body }) => body['error'] === 'invalid_grant')).toHaveLength(39);
    expect(await told(assertion)).toBe(
      '400 invalid_grant: the assertion was used before; get another one for each token',
    );
    // The name of one issuer says nothing of another's.
    const { jti } = decodeJwt(assertion);
    expect((await office.present(await office.ofPartner({ claims: { jti } }))).status).toBe(200);
    office.deployment.run.clock.advance(400);
    expect(await told(assertion)).toContain('expired');
  });

  verifies('EMA-8', 'is used until it expires where the config says so', async () => {
    const claims = { iss: shared, tenant: 'acme', sub: 'u-1', resource: demo };
    const assertion = await office.idJag({ claims });
    const answers = [await office.present(assertion), await office.present(assertion)];
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  });

  verifies('vestibule:id-jag-survives-failures', 'is not used up where a dependency fails', async () => {
    const assertion = await flawless();
    for (const call of ['kms:Sign', 'dynamodb:PutItem']) {
      office.deployment.run.cloud.faults.add(`${call}~Token=down@*`);
      expect([call, (await office.present(assertion)).status]).toEqual([call, 503]);
      office.deployment.run.cloud.faults.clear();
    }
    // The first reply is lost after its effect: the SDK asks again, and is no other request for it.
    office.deployment.run.cloud.faults.add('dynamodb:PutItem~Token=timeout@1');
    expect((await office.present(assertion)).status).toBe(200);
  });

  verifies('EMA-13', 'is told to nobody: no log, event or answer repeats it', async () => {
    const from = office.deployment.log.length;
    const jti = 'canary-Z9x7Qm3LkT5v';
    const good = await office.idJag({
      claims: { resource: demo, jti, sub: 'canary-person', email: 'canary@example.com' },
    });
    const bad = await office.idJag({ claims: { resource: demo, jti, aud: 'canary-audience' } });
    const answers = [await office.present(good), await office.present(good), await office.present(bad)];
    const said = [...office.deployment.log.slice(from), ...answers.map(({ text }) => text)].join('\n');
    for (const canary of [good, bad, jti, 'canary-person', 'canary@example.com', 'canary-audience']) {
      expect(said).not.toContain(canary);
    }
    const refused = eventsSince(office.deployment, from).filter(({ event }) => event === 'token_refused');
    expect(refused.map(({ reason, detail }) => [reason, detail])).toEqual([
      ['assertion_refused', 'grant_assertion_replayed'],
      ['assertion_refused', 'audience_wrong'],
    ]);
  });
});
