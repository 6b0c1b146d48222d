import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { type DpopKey, newDpopKey } from '../../support/dpop-key.ts';
import { startDeployment, type TestDeployment } from '../../support/deployment.ts';
import { type Answer, basic, type Driver, drive } from '../support/driver.ts';
import { eventsSince } from '../support/people.ts';
import { type Proving, provingAt } from '../support/proving.ts';
import { verifies } from '../verifies.ts';

let deployment: TestDeployment;
let client: Driver;
let key: DpopKey;
let planner: { readonly authorization: string };
let proving: Proving;
let demo: string;
let form: Readonly<Record<string, string>>;

beforeAll(async () => {
  deployment = await startDeployment();
  client = drive(deployment);
  key = await newDpopKey();
  planner = basic('planner-client', await deployment.secretOf('planner-client'));
  demo = String((await client.admin('GET', 'resources/demo')).body['uri']);
  form = { grant_type: 'client_credentials', resource: demo };
  proving = provingAt(deployment, client, { key, form, headers: planner });
});

afterAll(() => deployment.stop());

const told = ({ status, body }: Answer): readonly unknown[] => [status, body['error']];

function ask(dpop: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
  return client.token(form, { ...planner, dpop, ...headers });
}

describe('a client that proves a key', () => {
  verifies(
    ['rfc9449:5:bound-token', 'rfc9449:6.1:cnf', 'DPOP-3'],
    'gets a token that is bound to it and says so, in the audit trail too',
    async () => {
      const from = deployment.log.length;
      const { status, body } = await proving.token(key, form, planner);
      expect([status, body['token_type']]).toEqual([200, 'DPoP']);
      expect(decodeJwt(String(body['access_token']))).toMatchObject({ aud: demo, cnf: { jkt: key.jkt } });
      expect(eventsSince(deployment, from).at(-1)).toMatchObject({ event: 'token_issued', jkt: key.jkt });
    },
  );

  verifies('rfc9449:5:bound-token', 'may sign with every algorithm that the metadata names', async () => {
    const { body } = await client.get('/.well-known/oauth-authorization-server');
    const algorithms = body['dpop_signing_alg_values_supported'] as readonly string[];
    expect(algorithms).toContain('ES256');
    expect(algorithms.filter((alg) => /^(HS|none)/.test(alg))).toEqual([]);
    for (const alg of algorithms) {
      const other = await newDpopKey(alg);
      const answer = await proving.token(other, form, planner);
      expect([alg, answer.status]).toEqual([alg, 200]);
      expect(decodeJwt(String(answer.body['access_token']))['cnf']).toEqual({ jkt: other.jkt });
    }
  });

  verifies('rfc9449:5:bound-token', 'gets a bearer token where it proves none, as every other', async () => {
    const { body } = await client.token(form, planner);
    expect(body['token_type']).toBe('Bearer');
    expect(decodeJwt(String(body['access_token']))).not.toHaveProperty('cnf');
  });
});

describe('a proof at the token endpoint', () => {
  const wrong: readonly (readonly [string, RegExp, (proof: string) => string | Promise<string>])[] = [
    ['that is no JWT', /one JWT/, () => 'proof'],
    ['that was sent twice', /one JWT/, (proof) => `${proof}, ${proof}`],
    ['with a signature that is not its own', /not signed/, (proof) => `${proof.slice(0, -8)}AAAAAAAA`],
    ['longer than any', /longer/, (proof) => `${proof}${'A'.repeat(8_200)}`],
    ['of another type', /typ/, () => proving.proof(key, { header: { typ: 'JWT' } })],
    ['without a key', /jwk/, () => proving.proof(key, { header: { jwk: undefined } })],
    ['that shows its private key', /private/, () => proving.proof(key, { header: { jwk: key.privateJwk } })],
    [
      'with the key of somebody else',
      /not signed/,
      async () => proving.proof(key, { header: { jwk: (await newDpopKey()).publicJwk } }),
    ],
    ['without an id', /jti/, () => proving.proof(key, { claims: { jti: undefined } })],
    ['without a method', /htm/, () => proving.proof(key, { claims: { htm: undefined } })],
    ['for another method', /htm than POST/, () => proving.proof(key, { method: 'GET' })],
    ['without a URL', /htu/, () => proving.proof(key, { claims: { htu: 7 } })],
    ['for another endpoint', /htu/, () => proving.proof(key, { url: `${client.issuer}/introspect` })],
    ['for another host', /htu/, () => proving.proof(key, { url: 'https://other.example.com/token' })],
    ['without a time', /iat/, () => proving.proof(key, { claims: { iat: 'now' } })],
    ['older than five minutes', /older/, () => proving.proof(key, { at: proving.now() - 302 })],
    ['of the future', /future/, () => proving.proof(key, { at: proving.now() + 310 })],
  ];
  for (const [what, words, made] of wrong) {
    verifies('rfc9449:4.3:checks', `${what} is refused with what to mend`, async () => {
      const answer = await ask(await made(await proving.proof(key)));
      expect(told(answer)).toEqual([400, 'invalid_dpop_proof']);
      expect(String(answer.body['error_description'])).toMatch(words);
    });
  }

  verifies(
    ['rfc9449:4.3:target', 'DPOP-6'],
    'is for the published URL, whatever host the request names, and however the client writes that URL',
    async () => {
      const { host, port } = new URL(client.issuer);
      const elsewhere = await proving.proof(key, { url: 'https://attacker.example.com/token' });
      const spoofed = { host: 'attacker.example.com', 'x-forwarded-host': 'attacker.example.com' };
      expect(told(await ask(elsewhere, spoofed))).toEqual([400, 'invalid_dpop_proof']);
      for (const url of [
        `HTTP://${host.toUpperCase()}/token`,
        `http://localhost:${port}/token?tenant=1#top`,
        `http://localhost:${port}/x/../token`,
      ]) {
        expect([url, (await ask(await proving.proof(key, { url }))).status]).toEqual([url, 200]);
      }
    },
  );

  verifies(['rfc9449:11.1:replay', 'DPOP-4'], 'does once', async () => {
    const proof = await proving.proof(key);
    expect((await ask(proof)).status).toBe(200);
    const again = await ask(proof);
    expect(told(again)).toEqual([400, 'invalid_dpop_proof']);
    expect(again.body['error_description']).toContain('used before');
  });

  verifies('rfc9449:11.1:replay', 'does for one of hundreds of callers at several instances', async () => {
    const proof = await proving.proof(key);
    const answers = await Promise.all(Array.from({ length: 300 }, () => ask(proof)));
    const count = (status: number) => answers.filter((answer) => answer.status === status).length;
    expect([count(200), count(400)]).toEqual([1, 299]);
  });

  verifies('rfc9449:11.1:replay', 'is told apart from one of another key with the same id', async () => {
    const claims = { jti: 'the same' };
    const other = await newDpopKey();
    expect((await proving.token(key, form, planner, { claims })).status).toBe(200);
    expect((await proving.token(other, form, planner, { claims })).status).toBe(200);
  });

  verifies(
    'vestibule:proofs-survive-failures',
    'does still after a failure that used nothing up',
    async () => {
      const nonce = await proving.nonce();
      for (const fault of ['kms:Sign=down@*', 'dynamodb:PutItem=throttle@*', 'dynamodb:PutItem=timeout@1']) {
        const proof = await proving.proof(key, { nonce });
        deployment.run.cloud.faults.add(fault);
        const failed = await ask(proof);
        deployment.run.cloud.faults.clear();
        if (failed.status !== 200) {
          expect([fault, failed.status, failed.headers.get('retry-after')]).toEqual([
            fault,
            503,
            expect.any(String),
          ]);
          expect([fault, (await ask(proof)).status]).toEqual([fault, 200]);
        }
        expect([fault, (await ask(proof)).status]).toEqual([fault, 400]);
      }
    },
  );
});

describe('a nonce', () => {
  verifies(
    ['rfc9449:8:nonces', 'DPOP-5'],
    'is asked for, told in a header that pages of any origin may read, and renewed in answers',
    async () => {
      const refused = await ask(await proving.proof(key, { nonce: undefined }));
      expect(told(refused)).toEqual([400, 'use_dpop_nonce']);
      expect(refused.headers.get('access-control-expose-headers')).toContain('DPoP-Nonce');
      const nonce = refused.headers.get('dpop-nonce') ?? '';
      expect(nonce).toMatch(/^[\x21\x23-\x5B\x5D-\x7E]+$/);
      const granted = await ask(await proving.proof(key, { nonce }));
      expect(granted.status).toBe(200);
      const next = granted.headers.get('dpop-nonce') ?? '';
      expect((await ask(await proving.proof(key, { nonce: next }))).status).toBe(200);
    },
  );

  verifies(
    'rfc9449:8:nonces',
    'that is too old, altered or made up is answered with a good one',
    async () => {
      const old = await proving.nonce();
      const flipped = old.endsWith('A') ? 'B' : 'A';
      for (const nonce of [
        'made-up',
        `${old.slice(0, -1)}${flipped}`,
        old.replace(/\..*$/, '.zzzzzz.AAAA'),
      ]) {
        const refused = await ask(await proving.proof(key, { nonce }));
        expect([nonce, ...told(refused)]).toEqual([nonce, 400, 'use_dpop_nonce']);
      }
      deployment.run.clock.advance(299);
      expect((await ask(await proving.proof(key, { nonce: old }))).status).toBe(200);
      deployment.run.clock.advance(2);
      const late = await ask(await proving.proof(key, { nonce: old }));
      expect(told(late)).toEqual([400, 'use_dpop_nonce']);
      const nonce = late.headers.get('dpop-nonce') ?? '';
      expect((await ask(await proving.proof(key, { nonce }))).status).toBe(200);
    },
  );
});

describe('a client that is registered for bound tokens', () => {
  verifies(['rfc9449:5.2:client-metadata', 'DPOP-2', 'AS-34'], 'gets none without a proof', async () => {
    await client.register('agents', {
      ...{ id: 'careful', name: 'careful', owner: 'team' },
      catalogue: [{ resource: demo, required: ['tools:read'] }],
    });
    const registered = await client.register('clients', {
      ...{ client_id: 'careful-client', agent_id: 'careful', dpop_bound_access_tokens: true },
      token_endpoint_auth_method: 'client_secret_basic',
    });
    const careful = basic('careful-client', String(registered['client_secret']));
    expect((await client.admin('GET', 'clients/careful-client')).body['dpop_bound_access_tokens']).toBe(true);
    expect(told(await client.token(form, careful))).toEqual([400, 'invalid_dpop_proof']);
    const { body } = await proving.token(key, form, careful);
    expect(body['token_type']).toBe('DPoP');
  });
});

verifies('vestibule:proofs-stay-secret', 'no log has a proof or a nonce', async () => {
  const [proof, bad] = [await proving.proof(key), await proving.proof(key, { method: 'GET' })];
  const answers = [await ask(proof), await ask(proof), await ask(bad)];
  const log = deployment.log.join('\n');
  const nonces = answers.flatMap(({ headers }) => headers.get('dpop-nonce')?.split('.').slice(2) ?? []);
  const words = [proof, bad].flatMap((text) => text.split('.').slice(1));
  for (const word of [...words, ...nonces]) expect(log).not.toContain(word);
});
