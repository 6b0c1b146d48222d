import { createPublicKey } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JSONWebKeySet } from 'jose';
import { afterEach, describe, expect } from 'vitest';
import { createBrowser } from '../../support/browser-player.ts';
import type { Behaviour } from '../../support/played-idp/behaviour.ts';
import { type KeyedId, keyedIds, playing, startKeyedOffice } from '../support/keyed-office.ts';
import { answerTo, eventsSince, pageOf, press, pressLabel, toldClient } from '../support/people.ts';
import { forThisFile, mend, strike } from '../support/this-file.ts';
import { vestibule } from '../support/vestibule-command.ts';
import { verifies } from '../verifies.ts';

const office = forThisFile(startKeyedOffice);

afterEach(() => {
  mend(office.company);
  for (const id of keyedIds) {
    playing(office.providers[id]);
    office.providers[id].judge.know();
  }
});

const algOf = { rsa: 'RS256', pss: 'PS256', curve: 'ES256' } as const;

async function publishedBy(id: KeyedId): Promise<JSONWebKeySet> {
  return (await (await office.keysOf(id)).json()) as JSONWebKeySet;
}

/** Keys of nobody, under the names of the right ones. */
async function strangersKeys(id: KeyedId): Promise<JSONWebKeySet> {
  const { keys } = await publishedBy(id);
  const { publicKey } = await generateKeyPair(algOf[id], { extractable: true });
  const stranger = await exportJWK(publicKey);
  return { keys: keys.map(({ kid, alg, use }) => ({ ...stranger, kid: kid!, alg: alg!, use: use! })) };
}

const tokenRequestsTo = (id: KeyedId) =>
  office.providers[id].idp.requests.filter(({ path }) => path === '/token');

describe('an identity provider that knows the deployment by a key', () => {
  verifies(
    'rfc7523:2.2:own-assertion',
    'is sent an assertion of its own for each request, and no secret',
    async () => {
      for (const id of keyedIds) {
        const { judge } = office.providers[id];
        const { body } = await office.redeem(await office.code(id));
        office.company.run.clock.advance(61);
        const refreshed = await office.refresh(body['refresh_token']);
        expect([id, refreshed.status, refreshed.text]).toEqual([id, 200, expect.anything()]);
        expect(judge.taken.map(({ header }) => header)).toEqual(
          Array(2).fill({
            ...{ alg: algOf[id], typ: 'JWT' },
            kid: (await publishedBy(id)).keys[0]?.kid,
          }),
        );
        for (const { claims } of judge.taken) {
          expect(claims.exp! - claims.iat!).toBeLessThanOrEqual(300);
          expect(Object.keys(claims).sort()).toEqual(['aud', 'exp', 'iat', 'iss', 'jti', 'nbf', 'sub']);
        }
        expect(new Set(judge.taken.map(({ claims }) => claims.jti)).size).toBe(2);
        for (const { parameters } of tokenRequestsTo(id)) {
          expect(parameters).toMatchObject({ client_id: 'vestibule' });
          expect(parameters).not.toHaveProperty('client_secret');
        }
      }
    },
    60_000,
  );

  verifies('rfc7523:2.2:own-assertion', 'is told by each assertion of itself alone', async () => {
    for (const id of keyedIds) await office.code(id);
    const audiences = keyedIds.map((id) => office.providers[id].judge.taken.at(-1)?.claims.aud);
    const { rsa, pss, curve } = office.providers;
    expect(audiences).toEqual([rsa.idp.issuer, `${pss.idp.issuer}/token`, `${curve.idp.issuer}/token`]);
    const kids = keyedIds.map((id) => office.providers[id].judge.taken.at(-1)?.header.kid);
    expect(new Set(kids).size).toBe(keyedIds.length);
  });

  verifies(
    ['rfc7523:2.2:own-assertion', 'vestibule:secrets-never-logged'],
    'leaves no assertion in the log',
    () => {
      const log = office.company.log.join('\n');
      const seen = keyedIds.flatMap((id) => office.providers[id].judge.seen);
      expect(seen.length).toBeGreaterThan(3);
      for (const assertion of seen) {
        expect(log).not.toContain(assertion);
        expect(log).not.toContain(assertion.split('.')[2]);
      }
    },
  );
});

describe('the keys by which an identity provider knows the deployment', () => {
  verifies('rfc7517:5:provider-keys', 'are published for that provider, by their thumbprints', async () => {
    for (const id of keyedIds) {
      const response = await office.keysOf(id);
      expect([response.status, response.headers.get('cache-control')]).toEqual([200, 'public, max-age=300']);
      const { keys } = (await response.json()) as JSONWebKeySet;
      expect(keys).toHaveLength(id === 'pss' ? 2 : 1);
      const members = id === 'curve' ? ['crv', 'x', 'y'] : ['e', 'n'];
      for (const key of keys) {
        expect(Object.keys(key).sort()).toEqual(['alg', 'kid', 'kty', 'use', ...members].sort());
        expect(key).toMatchObject({
          ...{ alg: algOf[id], use: 'sig', kid: await calculateJwkThumbprint(key) },
        });
      }
    }
  });

  verifies('rfc7517:5:provider-keys', 'are those of no other, and of nobody unknown', async () => {
    const sets = await Promise.all(keyedIds.map(publishedBy));
    const kids = sets.flatMap(({ keys }) => keys.map(({ kid }) => kid));
    expect(new Set(kids).size).toBe(4);
    for (const id of ['demo', 'nobody', 'constructor']) {
      const response = await office.keysOf(id);
      expect([id, response.status, response.headers.get('cache-control')]).toEqual([id, 404, 'no-store']);
    }
    const posted = await fetch(`${office.company.issuer}/.well-known/identity-provider-keys/rsa`, {
      method: 'POST',
    });
    expect(posted.status).toBe(405);
  });

  verifies('rfc7517:5:provider-keys', 'are printed for those who have to paste them', async () => {
    const { code, out } = await vestibule(office.company, ['idp', 'key', 'pss', '--json']);
    expect(code).toBe(0);
    const { jwks_uri: uri, keys } = JSON.parse(out) as {
      readonly jwks_uri: string;
      readonly keys: readonly {
        readonly id: string;
        readonly signs: boolean;
        readonly jwk: object;
        readonly pem: string;
      }[];
    };
    const fetched = (await (await fetch(uri)).json()) as JSONWebKeySet;
    expect(keys.map(({ jwk }) => jwk)).toEqual(fetched.keys);
    expect(keys.map(({ id, signs }) => [id, signs])).toEqual([
      ['2026', true],
      ['2027', false],
    ]);
    for (const { pem, jwk } of keys) {
      expect(jwk).toMatchObject(createPublicKey(pem).export({ format: 'jwk' }));
    }
    const text = await vestibule(office.company, ['idp', 'key', 'pss']);
    expect(text.out).toContain(`jwks_uri  ${uri}`);
    expect(text.out.match(/BEGIN PUBLIC KEY/g)).toHaveLength(2);
  });
});

interface Change {
  readonly id: KeyedId;
  readonly know?: Parameters<(typeof office.providers)['rsa']['judge']['know']>[0];
  readonly play?: Behaviour;
}

/** The finding and the fix that the audit trail has of a sign-in, and those of the doctor, for a provider like that. */
async function toldOf({ id, know, play }: Change) {
  const provider = office.providers[id];
  provider.judge.know(know);
  playing(provider, play);
  const from = office.company.log.length;
  const browser = createBrowser();
  const page = pageOf(await answerTo(office.requestTo(id), browser));
  await press(browser, page, 'allow');
  const audited = eventsSince(office.company, from).filter(({ finding }) => finding !== undefined);
  const checks = await doctor(id);
  return { audited, findings: checks.flatMap(({ findings }) => findings) };
}

interface Check {
  readonly subject: string;
  readonly outcome: string;
  readonly said: string;
  readonly findings: readonly { readonly code: string; readonly fix: string }[];
}

/** All but of the clock: that of a run is put forward, and that of the answers of a provider is not. */
async function doctor(id: KeyedId): Promise<readonly Check[]> {
  const { out } = await vestibule(office.company, ['idp', 'doctor', id, '--json']);
  const { checks } = JSON.parse(out) as { readonly checks: readonly Check[] };
  return checks.filter(({ subject }) => subject !== 'clock');
}

describe('a provider that does not take our assertions', () => {
  verifies(
    'vestibule:provider-key-refused',
    'knows another key: it is told which one to give it',
    async () => {
      for (const id of keyedIds) {
        const keys = await strangersKeys(id);
        const told = await toldOf({ id, know: { keys: () => Promise.resolve(keys) } });
        expect(told.audited).toMatchObject([{ event: 'sign_in_failed', finding: 'client_key_refused' }]);
        expect(told.audited[0]?.['fix']).toContain(`npx vestibule idp key ${id}`);
        expect(told.findings).toMatchObject([{ code: 'client_key_refused' }]);
      }
    },
    60_000,
  );

  verifies(
    'vestibule:provider-key-refused',
    'goes by another name: it is told where to change that',
    async () => {
      const audience = 'https://idp.example.com/another';
      const byIssuer = await toldOf({ id: 'rsa', know: { audience } });
      expect(byIssuer.audited[0]?.['fix']).toContain("write 'token_endpoint' in identityProviders[]");
      const byEndpoint = await toldOf({ id: 'curve', know: { audience } });
      expect(byEndpoint.audited[0]?.['fix']).toContain("write 'issuer' in identityProviders[]");
      expect(byEndpoint.findings[0]?.fix).toBe(byEndpoint.audited[0]?.['fix']);
    },
  );

  verifies('vestibule:provider-key-refused', 'takes other algorithms or methods, and says so', async () => {
    const metadata = { token_endpoint_auth_methods_supported: ['private_key_jwt'] };
    const algorithms = { token_endpoint_auth_signing_alg_values_supported: ['RS256', 'RS384'] };
    const other = await toldOf({
      ...{ id: 'curve', know: { alg: 'RS256' }, play: { metadata: { ...metadata, ...algorithms } } },
    });
    expect(other.findings.filter(({ code }) => code.startsWith('assertion'))).toMatchObject([
      { code: 'assertion_algorithm_unsupported', fix: expect.stringContaining(': RS256.') as string },
    ]);
    const secrets = { token_endpoint_auth_methods_supported: ['client_secret_basic'] };
    const { findings } = await toldOf({ id: 'rsa', play: { metadata: secrets }, know: { alg: 'none' } });
    expect(findings).toContainEqual(
      expect.objectContaining({
        code: 'client_authentication_unsupported',
        fix: expect.stringContaining('private_key_jwt') as string,
      }),
    );
  });

  verifies('vestibule:doctor-good', 'and one that takes them, the doctor finds in order', async () => {
    for (const id of keyedIds) {
      const checks = await doctor(id);
      expect([id, checks.map(({ outcome }) => outcome)]).toEqual([id, Array(4).fill('good')]);
      expect(checks.at(-1)?.said).toContain('it takes our key');
    }
  });
});

describe('KMS does not sign', () => {
  const kinds = ['throttle@*', 'down@*', 'timeout@1-3'] as const;

  verifies(
    'vestibule:provider-key-faults',
    'while a person is back: one press later they are through',
    async () => {
      for (const kind of kinds) {
        const browser = createBrowser();
        const first = pageOf(await answerTo(office.requestTo('rsa'), browser));
        const before = tokenRequestsTo('rsa').length;
        strike(office.company, `kms:Sign~Downstream=${kind}`);
        const page = pageOf(await press(browser, first, 'allow'));
        mend(office.company);
        expect([kind, page.status]).toEqual([kind, 503]);
        expect(tokenRequestsTo('rsa').length).toBe(before);
        office.company.run.clock.advance(Number(page.headers.get('retry-after')));
        const told = toldClient(await pressLabel(browser, page, 'Try again'));
        expect([kind, told.get('code')]).toEqual([kind, expect.any(String)]);
      }
    },
    60_000,
  );

  verifies(
    'vestibule:provider-key-faults',
    'at a refresh: the client is told when to come again',
    async () => {
      let token = (await office.redeem(await office.code('curve'))).body['refresh_token'];
      for (const kind of kinds) {
        office.company.run.clock.advance(61);
        const before = tokenRequestsTo('curve').length;
        strike(office.company, `kms:Sign~Downstream=${kind}`);
        const refused = await office.refresh(token);
        mend(office.company);
        expect([kind, refused.status, refused.body['error']]).toEqual([kind, 503, 'temporarily_unavailable']);
        expect(tokenRequestsTo('curve').length).toBe(before);
        office.company.run.clock.advance(Number(refused.headers.get('retry-after')));
        const again = await office.refresh(token);
        expect([kind, again.status, again.text]).toEqual([kind, 200, expect.anything()]);
        token = again.body['refresh_token'];
      }
    },
    60_000,
  );
});
