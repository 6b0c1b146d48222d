import { afterAll, beforeAll, describe, expect } from 'vitest';
import { type DpopKey, newDpopKey, type ProofWish } from '../../support/dpop-key.ts';
import { app, type Desk, openDesk } from '../support/desk.ts';
import { type Answer, answer, basic } from '../support/driver.ts';
import { type Proving, provingAt } from '../support/proving.ts';
import { verifies } from '../verifies.ts';

type Headers = Readonly<Record<string, string>>;

let desk: Desk;
let proving: Proving;
let key: DpopKey;
let planner: Headers;
let form: Headers;
/** The same deployment by a name that is not the published one, as a domain is reached by the API's own host. */
let elsewhere: string;

beforeAll(async () => {
  desk = await openDesk();
  key = await newDpopKey();
  planner = basic('planner-client', await desk.deployment.secretOf('planner-client'));
  form = { grant_type: 'client_credentials', resource: desk.demo };
  proving = provingAt(desk.deployment, desk.client, { key, form, headers: planner });
  elsewhere = `http://127.0.0.1:${new URL(desk.client.issuer).port}`;
});
afterAll(() => desk.close());

const told = ({ status, body }: Answer): readonly unknown[] => [status, body['error']];
const strike = (fault: string): void => {
  desk.deployment.run.cloud.faults.add(fault);
};
const mend = (): void => {
  desk.deployment.run.cloud.faults.clear();
};

async function boundToken(): Promise<string> {
  const granted = await desk.newCode({ scope: ['openid', 'tools:read'] });
  const headers = { dpop: await proving.proof(key) };
  return String((await desk.redeem(granted, app, {}, headers)).body['access_token']);
}

async function atUserinfo(token: string, wish: Partial<ProofWish> = {}): Promise<Headers> {
  const url = `${desk.client.issuer}/userinfo`;
  const proof = await key.prove({
    method: 'GET',
    url,
    at: proving.now(),
    accessToken: token,
    ...wish,
  });
  return { authorization: `DPoP ${token}`, dpop: proof };
}

describe('a proof for the host that a request came to, which is not the published one', () => {
  const post = async (path: string, body: Headers, headers: Headers): Promise<Answer> =>
    answer(await fetch(`${elsewhere}${path}`, { method: 'POST', headers, body: new URLSearchParams(body) }));

  verifies(['rfc9449:4.3:target', 'DPOP-6'], 'is none at the token endpoint', async () => {
    const nonce = await proving.nonce();
    const other = await proving.proof(key, { url: `${elsewhere}/token`, nonce });
    const refused = await post('/token', form, { ...planner, dpop: other });
    expect(told(refused)).toEqual([400, 'invalid_dpop_proof']);
    expect(refused.body['error_description']).toContain(`${desk.client.issuer}/token`);
    const published = await proving.proof(key, { nonce });
    expect((await post('/token', form, { ...planner, dpop: published })).status).toBe(200);
  });

  verifies(
    ['rfc9449:4.3:target', 'DPOP-6'],
    'is none at /userinfo, which it used up nothing of',
    async () => {
      const token = await boundToken();
      const ask = async (headers: Headers) => answer(await fetch(`${elsewhere}/userinfo`, { headers }));
      const refused = await ask(await atUserinfo(token, { url: `${elsewhere}/userinfo` }));
      expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([
        401,
        expect.stringContaining('invalid_dpop_proof') as string,
      ]);
      expect((await ask(await atUserinfo(token))).status).toBe(200);
    },
  );

  verifies(['rfc9449:4.3:target', 'DPOP-6'], 'is none where a request is pushed', async () => {
    const asked = {
      ...{ client_id: app, redirect_uri: 'http://127.0.0.1/callback', response_type: 'code' },
      ...{ resource: desk.demo, scope: 'tools:read' },
      ...{ code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256' },
    };
    const proof = (url: string) => key.prove({ url, at: proving.now() });
    const refused = await post('/par', asked, { dpop: await proof(`${elsewhere}/par`) });
    expect(told(refused)).toEqual([400, 'invalid_dpop_proof']);
    const published = await proof(`${desk.client.issuer}/par`);
    expect((await post('/par', asked, { dpop: published })).status).toBe(201);
  });
});

describe('a client whose clock is wrong', () => {
  verifies('rfc9449:4.3:checks', 'is served within five minutes, before or after', async () => {
    for (const skew of [-290, -60, 60, 290]) {
      const { status, body } = await proving.token(key, form, planner, { at: proving.now() + skew });
      expect([skew, status, body['token_type']]).toEqual([skew, 200, 'DPoP']);
    }
    for (const [skew, words] of [
      [-310, 'older'],
      [310, 'set the clock'],
    ] as const) {
      const refused = await proving.token(key, form, planner, { at: proving.now() + skew });
      expect([skew, ...told(refused)]).toEqual([skew, 400, 'invalid_dpop_proof']);
      expect(refused.body['error_description']).toContain(words);
    }
  });

  verifies(
    ['rfc9449:11.1:replay', 'rfc9449:4.3:checks'],
    'has made a proof that is known as used for as long as it counts',
    async () => {
      const token = await boundToken();
      // Good until almost ten minutes from now.
      const headers = await atUserinfo(token, { at: proving.now() + 290 });
      expect((await desk.client.get('/userinfo', headers)).status).toBe(200);
      desk.deployment.run.clock.advance(580);
      const again = await desk.client.get('/userinfo', headers);
      expect([again.status, again.headers.get('www-authenticate')]).toEqual([
        401,
        expect.stringContaining('used before') as string,
      ]);
      expect((await desk.client.get('/userinfo', await atUserinfo(token))).status).toBe(200);
    },
  );
});

describe('the secret behind nonces that cannot be read', () => {
  verifies(
    ['rfc9449:8:nonces', 'vestibule:proofs-survive-failures'],
    'costs a client that proves a key another try, and nobody else anything',
    async () => {
      for (const fault of ['down@*', 'timeout@*', 'throttle@*']) {
        // An instance knows the secret for five minutes.
        desk.deployment.run.clock.advance(301);
        const granted = await desk.newCode();
        const proof = { dpop: await proving.proof(key, { nonce: undefined }) };
        strike(`secretsmanager:GetSecretValue~Token=${fault}`);
        const struck = await desk.redeem(granted, app, {}, proof);
        const unproven = await desk.client.token(form, planner);
        mend();
        expect([fault, ...told(struck)]).toEqual([fault, 503, 'temporarily_unavailable']);
        expect(struck.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
        expect([fault, unproven.status, unproven.body['token_type']]).toEqual([fault, 200, 'Bearer']);
        expect(told(await desk.redeem(granted, app, {}, proof))).toEqual([400, 'use_dpop_nonce']);
        const own = { dpop: await proving.proof(key) };
        expect([fault, (await desk.redeem(granted, app, {}, own)).status]).toEqual([fault, 200]);
      }
    },
    120_000,
  );

  verifies('rfc9449:8:nonces', 'is not missed for as long as an instance knows it', async () => {
    const nonce = await proving.nonce();
    strike('secretsmanager:GetSecretValue~Token=down@*');
    const { status } = await proving.token(key, form, planner, { nonce });
    mend();
    expect(status).toBe(200);
  });
});
