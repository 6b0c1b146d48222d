import { decodeJwt, generateKeyPair } from 'jose';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { sha256 } from '../../../lambdas/runtime/digest.ts';
import { at } from '../support/exchanging.ts';
import {
  accountIssuer,
  companyIssuer,
  type ForeignHouse,
  ownType,
  sharedIssuer,
  startForeignHouse,
  types,
} from '../support/foreign-house.ts';
import { eventsSince } from '../support/people.ts';
import type { Foreign } from '../support/trusted-issuer.ts';
import { verifies } from '../verifies.ts';

let office: ForeignHouse;

beforeAll(async () => {
  office = await startForeignHouse();
});

afterAll(async () => {
  await office.stop();
});

const inSeconds = (seconds: number): number => Math.floor(office.house.run.clock.now() / 1_000) + seconds;
const personOf = (issuer: string, tenant: string, subject: string): string =>
  `person.${sha256(`${issuer}\0${tenant}\0${subject}`)}`;

/** What a developer is told of a token that is not taken. */
async function refusal(token: string, more: Readonly<Record<string, string>> = {}): Promise<string> {
  const { status, body } = await office.exchange(token, more);
  expect([status, body['error']]).toEqual([400, 'invalid_request']);
  return String(body['error_description']);
}

describe('a token of a trust anchor', () => {
  verifies(
    ['vestibule:foreign-exchange', 'vestibule:foreign-terms'],
    'is exchanged for one in the name of its person, through the one that it was sent to',
    async () => {
      const from = office.house.log.length;
      const exp = inSeconds(90);
      const { status, body } = await office.exchange(await office.access({ claims: { exp } }));
      expect([status, body['scope'], body['issued_token_type']]).toEqual([200, 'ask', types.access]);
      const claims = decodeJwt(String(body['access_token']));
      expect(claims).toMatchObject({
        ...{ sub: personOf(office.partner, '', 'p-1'), aud: at.analyst, client_id: 'planner-client', exp },
        act: { sub: 'planner', client_id: 'planner-client', agent_id: 'planner' },
      });
      expect(claims['jti_chain']).toHaveLength(1);
      expect(claims).not.toHaveProperty('grant_id');
      expect(eventsSince(office.house, from)).toMatchObject([{ event: 'token_issued', anchor: 'partner' }]);
    },
  );

  verifies('vestibule:foreign-exchange', 'is known by every name that it has', async () => {
    for (const [token, type] of [
      [await office.access(), types.access],
      [await office.access(), types.jwt],
      [await office.access(), ownType],
      [await office.idToken(), types.id],
      [await office.idToken(), types.jwt],
      [await office.idToken(), ownType],
      [await office.signer.token(), types.jwt],
    ] as const) {
      const { status } = await office.exchange(token, { subject_token_type: type });
      expect([type, status]).toEqual([type, 200]);
    }
  });

  verifies('vestibule:foreign-exchange', 'goes on through the next in the chain', async () => {
    const { body } = await office.exchange(await office.access());
    const next = await office.house.exchange('analyst-client', String(body['access_token']), {
      ...{ resource: at.reports, scope: 'reports:read' },
    });
    const claims = decodeJwt(String(next.body['access_token']));
    expect(claims).toMatchObject({
      sub: personOf(office.partner, '', 'p-1'),
      act: { sub: 'analyst', act: { sub: 'planner' } },
    });
    expect(claims['jti_chain']).toHaveLength(2);
  });

  verifies('vestibule:foreign-terms', 'gives nothing beyond the terms of its anchor', async () => {
    const token = await office.access({ claims: { scope: 'plan plan:deep ask:all' } });
    expect(await office.exchange(token, { scope: 'ask:all' })).toMatchObject({
      status: 400,
      body: { error: 'invalid_scope' },
    });
    const elsewhere = await office.exchange(token, { resource: at.reports, scope: 'reports:read' });
    expect(elsewhere.status).toBe(400);
    const { body } = await office.exchange(await office.access({ claims: { exp: inSeconds(30) } }));
    expect(body['expires_in']).toBeLessThanOrEqual(30);
    // Within the leeway of a clock it is good, and yet nothing is left of its life.
    expect(await refusal(await office.access({ claims: { exp: inSeconds(-10) } }))).toMatch(/is expired/);
  });

  verifies(
    ['vestibule:foreign-strangers'],
    'is to whom its anchor does not name what any other unknown token is',
    async () => {
      const words = async (token: string): Promise<unknown> => {
        const { body } = await office.exchange(
          token,
          { resource: at.reports, scope: 'reports:read' },
          'analyst-client',
        );
        return [body['error'], body['error_description']];
      };
      const unknown = await words(await office.access({ claims: { iss: 'https://nobody.example' } }));
      expect(await words(await office.access())).toEqual(unknown);
      expect(await words(await office.idToken())).toEqual(unknown);
      expect(await words(await office.access({ claims: { aud: 'https://other.example' } }))).toEqual(unknown);
    },
  );
});

describe('a person of a trust anchor', () => {
  const company = (claims: Foreign['claims'] = {}) =>
    office.access({ claims: { iss: companyIssuer, sub: 'alice', amr: ['pwd', 'mfa'], ...claims } });

  verifies('vestibule:foreign-people', 'is who they are at their sign-in, with its roles', async () => {
    const signedInAt = inSeconds(-60);
    const token = await company({ groups: ['engineering'], auth_time: signedInAt, acr: 'high' });
    const { body } = await office.exchange(token);
    expect(decodeJwt(String(body['access_token']))).toMatchObject({
      ...{ sub: personOf(companyIssuer, '', 'alice'), acr: 'high', amr: ['pwd', 'mfa'] },
      ...{ roles: ['everyone', 'engineering'], auth_time: signedInAt },
    });
    expect(await refusal(await company({ amr: ['pwd'] }))).toMatch(
      /without a method that is demanded \(amr\)/,
    );
  });

  verifies('vestibule:foreign-people', 'is nobody while their identity provider is disabled', async () => {
    await office.house.client.admin('POST', 'idps/demo/disable');
    office.house.client.letCachesExpire();
    const { status } = await office.exchange(await company());
    await office.house.client.admin('POST', 'idps/demo/enable');
    office.house.client.letCachesExpire();
    expect([status, (await office.exchange(await company())).status]).toEqual([400, 200]);
  });

  verifies('vestibule:foreign-kinds', 'is no application', async () => {
    for (const claims of [
      { sub: 'app', client_id: 'app' },
      { gty: 'client-credentials' },
      { idtyp: 'app' },
    ]) {
      expect(await refusal(await office.access({ claims }))).toMatch(/of an application, and of no person/);
    }
  });

  verifies('vestibule:foreign-tenants', 'of one tenant never counts by the anchor of another', async () => {
    const of = (org: string | undefined) => office.access({ claims: { iss: sharedIssuer, org } });
    const good = await office.exchange(await of('acme'));
    expect(decodeJwt(String(good.body['access_token'])).sub).toBe(personOf(sharedIssuer, 'acme', 'p-1'));
    // The analyst's anchor is for the other tenant, and the planner's for this one.
    expect((await office.exchange(await of('rival'))).status).toBe(400);
    const asAnalyst = { resource: at.reports, scope: 'reports:read' };
    expect((await office.exchange(await of('acme'), asAnalyst, 'analyst-client')).status).toBe(400);
    expect((await office.exchange(await of(undefined))).status).toBe(400);
    expect((await office.exchange(await of('ACME'))).status).toBe(400);
  });
});

describe('a workload of a trust anchor', () => {
  const role = 'arn:aws:iam::111122223333:role/loader';
  const ofAccount = (claims: Foreign['claims'] = {}) =>
    office.signer.token({
      claims: {
        ...{ iss: accountIssuer, sub: role, 'https://sts.amazonaws.com/': { org_id: 'o-1' } },
        ...claims,
      },
    });
  const as = { subject_token_type: types.jwt };

  verifies('vestibule:foreign-workloads', 'is acted for by whom it called, and is no person', async () => {
    const from = office.house.log.length;
    const { status, body } = await office.exchange(await ofAccount(), as);
    expect(status).toBe(200);
    const claims = decodeJwt(String(body['access_token']));
    expect(claims).toMatchObject({
      sub: personOf(accountIssuer, '', role).replace('person.', 'workload.'),
      act: { sub: 'planner' },
    });
    expect(claims).not.toHaveProperty('roles');
    const [event] = eventsSince(office.house, from);
    expect(event).toMatchObject({ event: 'token_issued', anchor: 'account' });
    expect(event).not.toHaveProperty('personId');
    // Its like, and what the next in the chain lets people do alone.
    const next = await office.house.exchange('analyst-client', String(body['access_token']), {
      ...{ resource: at.reports, scope: 'reports:read' },
    });
    expect([next.status, next.body['error']]).toEqual([400, 'invalid_request']);
  });

  verifies('vestibule:foreign-workloads', 'is of the account that its anchor means', async () => {
    const other = { 'https://sts.amazonaws.com/': { org_id: 'o-2', request_tags: { org_id: 'o-1' } } };
    expect(await refusal(await ofAccount(other), as)).toMatch(/has in https:.*org_id nothing/);
    expect(await refusal(await ofAccount({ aud: 'https://other.example' }), as)).toMatch(/another audience/);
    expect(await refusal(await ofAccount())).toMatch(/shows nothing that an access token has/);
  });
});

describe('what is sent in place of such a token', () => {
  verifies('vestibule:foreign-kinds', 'is named by what it is', async () => {
    const [access, idToken] = [await office.access(), await office.idToken()];
    const as = (subject_token_type: string) => ({ subject_token_type });
    expect(await refusal(idToken)).toMatch(/is an id_token, and what is asked for is an access token/);
    expect(await refusal(access, as(types.id))).toMatch(
      /is an access token, and what is asked for is an id_token/,
    );
    expect(await refusal(await office.signer.token())).toMatch(/shows nothing that an access token has/);
    expect(await refusal(await office.access({ header: { nonce: 'n' } }))).toMatch(/Microsoft Graph.*api:/);
    expect(await refusal('gho_opaque')).toMatch(/is opaque, and no JWT/);
    expect(await refusal('a.b.c.d.e')).toMatch(/is encrypted/);
    const idJag = await office.access({ header: { typ: 'oauth-id-jag+jwt' } });
    expect(await refusal(idJag, as(types.jwt))).toMatch(/is an ID-JAG/);
    expect(await refusal(access, as('urn:other:token-type:x'))).toMatch(/subject_token_type/);
  });

  verifies('vestibule:foreign-claims', 'is refused for each claim that is not as it must be', async () => {
    for (const [claims, words] of [
      [{ exp: undefined }, /no acceptable exp/],
      [{ iat: undefined }, /no acceptable iat/],
      [{ sub: undefined }, /no acceptable sub/],
      [{ exp: inSeconds(-120) }, /is expired/],
      [{ nbf: inSeconds(120) }, /is not valid yet/],
      [{ iat: inSeconds(120) }, /in the future/],
      [{ aud: 'https://other.example' }, /for another audience/],
      [{ aud: undefined }, /for another audience/],
      [{ hd: 'evil.example' }, /has in hd nothing/],
      [{ hd: undefined }, /has in hd nothing/],
      [{ may_act: { sub: 'analyst' } }, /names somebody else who alone may act/],
      [{ may_act: 'planner' }, /names somebody else who alone may act/],
    ] as const) {
      expect(await refusal(await office.access({ claims }))).toMatch(words);
    }
    const idToken = { subject_token_type: types.id };
    expect(await refusal(await office.idToken({ claims: { azp: 'another' } }), idToken)).toMatch(/azp/);
    expect(await refusal(await office.idToken({ claims: { iat: inSeconds(-4_000) } }), idToken)).toMatch(
      /3600 seconds ago/,
    );
    const mine = await office.access({ claims: { may_act: { sub: 'planner' } } });
    expect((await office.exchange(mine)).status).toBe(200);
  });

  verifies('vestibule:foreign-claims', 'counts by the signature of its issuer alone', async () => {
    const { privateKey } = await generateKeyPair('RS256');
    expect(await refusal(await office.access({ key: privateKey }))).toMatch(/not signed by the key/);
    expect(await refusal(await office.access({ key: privateKey, header: { kid: 'x' } }))).toMatch(
      /\(kid, alg\)/,
    );
    const [, payload = ''] = (await office.access()).split('.');
    const none = Buffer.from(JSON.stringify({ alg: 'none', typ: 'at+jwt' })).toString('base64url');
    expect(await refusal(`${none}.${payload}.`)).toMatch(/must be signed/);
  });

  verifies('vestibule:foreign-keys', 'is not judged while its key cannot be known', async () => {
    office.house.run.clock.advance(31);
    await office.signer.rotate();
    office.signer.be('failing');
    const token = await office.access();
    expect(await office.exchange(token)).toMatchObject({
      status: 503,
      body: { error: 'temporarily_unavailable' },
    });
    office.signer.be('well');
    office.house.run.clock.advance(31);
    expect((await office.exchange(token)).status).toBe(200);
  });

  verifies('vestibule:foreign-claims', 'leaves nothing of itself in any log', async () => {
    const canary = 'canary-of-a-partner-71c';
    const tokens = [
      await office.access({ claims: { secret: canary } }),
      await office.access({ claims: { secret: canary, hd: canary } }),
    ];
    for (const token of tokens) await office.exchange(token);
    const log = office.house.log.join('\n');
    expect(log).not.toContain(canary);
    for (const token of tokens) expect(log).not.toContain(token.split('.')[2]);
  });
});
