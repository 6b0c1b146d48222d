import { createHmac } from 'node:crypto';
import { generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { basic } from '../support/driver.ts';
import { demo, type FederatedOffice, jwtBearer, startFederatedOffice } from '../support/federated-office.ts';
import type { Foreign } from '../support/trusted-issuer.ts';
import { verifies } from '../verifies.ts';

let office: FederatedOffice;

beforeAll(async () => {
  office = await startFederatedOffice();
});

afterAll(async () => {
  await office.stop();
});

const at = (seconds: number): number => Math.floor(office.deployment.run.clock.now() / 1_000) + seconds;

/** What a workload is told for it, which is refused. */
async function refusal(token: Foreign | string): Promise<string> {
  const assertion = typeof token === 'string' ? token : await office.forge.token(token);
  const { status, body } = await office.present(assertion);
  expect([status, body['error']]).toEqual([400, 'invalid_grant']);
  return String(body['error_description']);
}

/** The audit trail's word for the refusal that the work leads to. */
async function auditedWhy(work: () => Promise<unknown>): Promise<unknown> {
  const position = office.deployment.log.length;
  await work();
  const [event] = office.eventsSince(position, 'token_refused');
  expect(event).toMatchObject({ reason: 'workload_not_accepted', error: 'invalid_grant' });
  return event?.['detail'];
}

describe('the assertion of a workload', () => {
  verifies('WIF-2', 'has every claim that it must have', async () => {
    for (const claim of ['iss', 'sub', 'exp', 'iat']) {
      expect(await refusal({ claims: { [claim]: undefined } })).toBe(
        `the assertion has no acceptable ${claim}: it is missing`,
      );
    }
    expect(await refusal({ claims: { aud: undefined } })).toMatch(/must have the issuer/);
    expect(await refusal({ claims: { jti: undefined } })).toMatch(/must have a jti/);
  });

  verifies(['WIF-2', 'WIF-6'], 'is for this deployment and in its time', async () => {
    for (const aud of ['https://other.example', `${office.client.issuer}.evil.example`, demo]) {
      expect(await refusal({ claims: { aud } })).toMatch(
        /must have the issuer or the token endpoint as its aud/,
      );
    }
    expect(await refusal({ claims: { exp: at(-61) } })).toMatch(/is expired/);
    expect(await refusal({ claims: { nbf: at(120) } })).toMatch(/is not valid yet/);
    expect(await refusal({ claims: { iat: at(120) } })).toMatch(/in the future/);
    expect(await refusal({ claims: { exp: at(90_000) } })).toMatch(/must expire within 86400 seconds/);
  });

  verifies('WIF-6', 'is signed by a key of its issuer and by an algorithm that is taken', async () => {
    const [header = '', payload = '', signature = ''] = (await office.forge.token()).split('.');
    const none = Buffer.from(JSON.stringify({ alg: 'none', typ: 'JWT' })).toString('base64url');
    expect(await refusal(`${none}.${payload}.`)).toMatch(/must be signed/);
    const mac = Buffer.from(JSON.stringify({ alg: 'HS256', kid: 'k1' })).toString('base64url');
    const input = `${mac}.${payload}`;
    const forged = createHmac('sha256', 'public').update(input).digest('base64url');
    expect(await refusal(`${input}.${forged}`)).toMatch(/must be signed/);
    expect(await refusal(`${header}.${payload}.${signature.toLowerCase()}`)).toMatch(/nobody who is trusted/);
    expect(await refusal('opaque')).toMatch(/is opaque/);
    expect(await refusal('a.b.c.d.e')).toMatch(/is encrypted/);
  });

  verifies(
    'WIF-3',
    'fits a rule in every claim that the rule names, and what its anchor demands',
    async () => {
      const unknown = /of no workload that is known here/;
      expect(await refusal({ claims: { sub: 'repo:evil/app:main' } })).toMatch(unknown);
      expect(await refusal({ claims: { sub: 'repo:acme-evil/app:main' } })).toMatch(unknown);
      expect(await refusal({ claims: { sub: 'repo:acme/' } })).toMatch(unknown);
      expect(await refusal({ claims: { repository_id: '43' } })).toMatch(unknown);
      expect(await refusal({ claims: { repository_id: undefined } })).toMatch(unknown);
      expect(await refusal({ claims: { repository_id: { toString: '42' } } })).toMatch(unknown);
      expect(await refusal({ claims: { tier: 'free' } })).toMatch(/has in tier nothing/);
    },
  );

  verifies(
    'vestibule:workload-strangers-learn-nothing',
    'says alike of an issuer that is not trusted and of a forged one, and the audit trail tells which',
    async () => {
      const { privateKey } = await generateKeyPair('RS256');
      const stranger = { claims: { iss: 'https://stranger.example' } };
      const forged = { key: privateKey };
      const unknownKey = { header: { kid: 'another' } };
      const kind = { header: { typ: 'at+jwt' }, claims: { iss: 'https://stranger.example' } };
      const words = new Set([
        ...[await refusal(stranger), await refusal(forged), await refusal(unknownKey), await refusal(kind)],
      ]);
      expect(words.size).toBe(1);
      const present = async (token: Foreign) => office.present(await office.forge.token(token));
      expect(await auditedWhy(() => present(stranger))).toBe('issuer_not_trusted');
      expect(await auditedWhy(() => present(forged))).toBe('signature_wrong');
      expect(await auditedWhy(() => present(unknownKey))).toBe('key_unknown');
      expect(await auditedWhy(() => present({ claims: { sub: 'x' } }))).toBe('no_rule_fits');
    },
  );

  verifies('vestibule:workload-strangers-learn-nothing', 'leaves nothing of itself in any log', async () => {
    const canary = 'canary-of-a-workload-9f2';
    const tokens = [
      await office.forge.token({ claims: { secret: canary, sub: 'nobody' } }),
      await office.forge.token({ claims: { secret: canary, aud: canary } }),
      await office.forge.token({ claims: { secret: canary } }),
    ];
    for (const token of tokens) await office.present(token);
    const log = office.deployment.log.join('\n');
    expect(log).not.toContain(canary);
    for (const token of tokens) expect(log).not.toContain(token.split('.')[2]);
  });

  verifies(
    'vestibule:workload-own-issuer',
    'is no token of ours, and none that is typed for a client',
    async () => {
      const { body } = await office.present(await office.forge.token());
      const own = await office.present(String(body['access_token']));
      const idJag = await office.present(
        await office.forge.token({ header: { typ: 'application/oauth-id-jag+jwt' } }),
      );
      for (const answer of [own, idJag]) {
        expect(answer).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
      }
      const posing = { claims: { iss: office.client.issuer } };
      expect(await office.present(await office.forge.token(posing))).toMatchObject({ status: 401 });
    },
  );

  verifies('WIF-7', 'counts for this grant alone, and beside no client', async () => {
    const assertion = await office.forge.token();
    const others = await office.present(assertion, { grant_type: 'client_credentials' });
    expect(others).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
    const secret = await office.deployment.secretOf('planner-client');
    const beside = await office.client.token(
      { grant_type: jwtBearer, assertion, resource: demo },
      basic('planner-client', secret),
    );
    expect(beside).toMatchObject({ status: 400, body: { error: 'unauthorized_client' } });
    expect(await office.present(assertion)).toMatchObject({ status: 200 });
  });

  verifies(
    'WIF-7',
    'stands in for no credentials that are wrong, and is not used up beside them',
    async () => {
      const assertion = await office.forge.token();
      const form = { grant_type: jwtBearer, assertion, resource: demo };
      const wrong = basic('planner-client', 'wrong');
      for (const [more, headers] of [
        [{}, wrong],
        [{ client_secret: 'wrong' }, wrong],
        [{}, { authorization: 'Basic of-nobody' }],
        [{ client_assertion: assertion }, {}],
      ] as const) {
        const { status, body } = await office.client.token({ ...form, ...more }, headers);
        expect([more, [400, 401].includes(status), body['access_token']]).toEqual([more, true, undefined]);
      }
      expect(await office.present(assertion)).toMatchObject({ status: 200 });
    },
  );

  verifies('vestibule:workload-least', 'gives nothing at a server that an operator disabled', async () => {
    const assertion = await office.forge.token();
    await office.client.admin('POST', 'resources/demo/disable');
    office.client.letCachesExpire();
    const disabled = await office.present(assertion);
    await office.client.admin('POST', 'resources/demo/enable');
    office.client.letCachesExpire();
    expect(disabled).toMatchObject({ status: 400, body: { error: 'invalid_target' } });
    expect(await office.present(assertion)).toMatchObject({ status: 200 });
  });

  verifies('WIF-6', 'is not asked for twice: what the request lacks is told as its own fault', async () => {
    const ask = async (form: Readonly<Record<string, string>>) =>
      office.present(await office.forge.token(), form);
    expect(await ask({ resource: 'https://other.example' })).toMatchObject({
      body: { error: 'invalid_target' },
    });
    expect(await ask({ scope: 'a  b' })).toMatchObject({ body: { error: 'invalid_scope' } });
    expect(await office.client.token({ grant_type: jwtBearer, resource: demo })).toMatchObject({
      status: 401,
    });
  });
});

describe('the keys of its issuer', () => {
  verifies('vestibule:workload-faults', 'are followed through a rotation at once', async () => {
    await office.present(await office.forge.token());
    office.deployment.run.clock.advance(31);
    await office.forge.rotate();
    const before = office.forge.fetches();
    const tokens = await Promise.all(Array.from({ length: 100 }, () => office.forge.token()));
    const answers = await Promise.all(tokens.map((token) => office.present(token)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(100);
    // Discovery and keys, once an instance.
    expect(office.forge.fetches() - before).toBeLessThan(40);
  });

  verifies(
    'vestibule:workload-faults',
    'go on while their host is down, and an unknown one is 503 without spending anything',
    async () => {
      await office.present(await office.cluster.token());
      office.deployment.run.clock.advance(700);
      office.cluster.be('failing');
      // So many at once that instances begin which have never asked the host.
      const tokens = await Promise.all(Array.from({ length: 30 }, () => office.cluster.token()));
      const answers = await Promise.all(tokens.map((token) => office.present(token)));
      expect(answers.map(({ status }) => status)).toEqual(tokens.map(() => 200));
      await office.cluster.rotate();
      const assertion = await office.cluster.token();
      const down = await office.present(assertion);
      expect(down).toMatchObject({ status: 503, body: { error: 'temporarily_unavailable' } });
      expect(Number(down.headers.get('retry-after'))).toBeGreaterThan(0);
      office.cluster.be('well');
      office.deployment.run.clock.advance(31);
      expect(await office.present(await office.cluster.token())).toMatchObject({ status: 200 });
    },
  );

  verifies('vestibule:workload-faults', 'count for nothing while the store is down', async () => {
    const { faults } = office.deployment.run.cloud;
    const assertion = await office.forge.token();
    faults.add('dynamodb:PutItem~Token=down@*');
    expect(await office.present(assertion)).toMatchObject({ status: 503 });
    faults.clear();
    office.client.letCachesExpire();
    expect(await office.present(assertion)).toMatchObject({ status: 200 });
  });

  verifies(
    'vestibule:workload-single-use',
    'spend an assertion though the reply of its mark is lost',
    async () => {
      const { faults } = office.deployment.run.cloud;
      const assertion = await office.forge.token();
      faults.add('dynamodb:PutItem~Token=timeout@1');
      expect(await office.present(assertion)).toMatchObject({ status: 200 });
      faults.clear();
      expect(await office.present(assertion)).toMatchObject({
        status: 400,
        body: { error: 'invalid_grant' },
      });
    },
  );
});

describe('an assertion that somebody made', () => {
  verifies('WIF-6', 'by a key that it brings along is of nobody', async () => {
    const { privateKey } = await generateKeyPair('ES256');
    const { jwk, ...more } = {
      jwk: { kty: 'EC' },
      jku: 'http://localhost:9/keys',
      x5u: 'http://localhost:9/x',
    };
    const [, payload = ''] = (await office.forge.token()).split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Readonly<
      Record<string, unknown>
    >;
    const forged = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'ES256', kid: 'mine', jwk, ...more })
      .sign(privateKey);
    expect(await refusal(forged)).toMatch(/nobody who is trusted/);
  });
});
