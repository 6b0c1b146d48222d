import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { type DpopKey, newDpopKey } from '../../support/dpop-key.ts';
import { app, type Desk, openDesk } from '../support/desk.ts';
import { type Answer, basic } from '../support/driver.ts';
import type { GrantedCode, Wish } from '../support/granted.ts';
import { redirectUri } from '../support/granted.ts';
import { type Proving, provingAt } from '../support/proving.ts';
import { verifies } from '../verifies.ts';

let desk: Desk;
let proving: Proving;
let own: DpopKey;
let stranger: DpopKey;

beforeAll(async () => {
  desk = await openDesk();
  [own, stranger] = await Promise.all([newDpopKey(), newDpopKey()]);
  const headers = basic('planner-client', await desk.deployment.secretOf('planner-client'));
  const form = { grant_type: 'client_credentials', resource: desk.demo };
  proving = provingAt(desk.deployment, desk.client, { key: own, form, headers });
});

afterAll(() => desk.close());

const told = ({ status, body }: Answer): readonly unknown[] => [status, body['error']];
const proofOf = async (key: DpopKey) => ({ dpop: await proving.proof(key) });

async function redeemed(wish: Partial<Wish> = {}, key = own): Promise<Answer> {
  return desk.redeem(await desk.newCode(wish), app, {}, await proofOf(key));
}

describe('a code', () => {
  verifies(
    ['rfc9449:5:bound-token', 'DPOP-3'],
    'is redeemed for a bound token, beside an id_token and a refresh token',
    async () => {
      const { status, body } = await redeemed({ scope: ['openid', 'tools:read'] });
      expect([status, body['token_type']]).toEqual([200, 'DPoP']);
      expect(decodeJwt(String(body['access_token']))['cnf']).toEqual({ jkt: own.jkt });
      expect([typeof body['id_token'], typeof body['refresh_token']]).toEqual(['string', 'string']);
    },
  );

  verifies(
    ['rfc9449:10:code-binding', 'vestibule:strangers-change-nothing'],
    'that was asked for with a key is for that key alone, and nobody else uses it up or ends what it gave',
    async () => {
      const granted = await desk.newCode({ dpopJkt: own.jkt });
      const withKey = async (key: DpopKey) => desk.redeem(granted, app, {}, await proofOf(key));
      expect(told(await desk.redeem(granted, app))).toEqual([400, 'invalid_dpop_proof']);
      expect(told(await withKey(stranger))).toEqual([400, 'invalid_grant']);
      const first = await withKey(own);
      expect(first.status).toBe(200);
      desk.deployment.run.clock.advance(30);
      expect(told(await withKey(stranger))).toEqual([400, 'invalid_grant']);
      expect(told(await desk.redeem(granted, app))).toEqual([400, 'invalid_dpop_proof']);
      const refreshed = await desk.refresh(first.body['refresh_token'], app, {}, await proofOf(own));
      expect(refreshed.status).toBe(200);
    },
  );

  verifies('vestibule:proofs-survive-failures', 'and its proof do again after a failure', async () => {
    const { faults } = desk.deployment.run.cloud;
    for (const fault of [
      'kms:Sign=down@*',
      'dynamodb:UpdateItem~Token=down@1-',
      'dynamodb:PutItem~Token=down@*',
    ]) {
      const [granted, headers] = [await desk.newCode(), await proofOf(own)];
      faults.add(fault);
      const failed = await desk.redeem(granted, app, {}, headers);
      faults.clear();
      expect([fault, failed.status]).toEqual([fault, 503]);
      expect([fault, (await desk.redeem(granted, app, {}, headers)).status]).toEqual([fault, 200]);
    }
  });

  verifies('rfc9449:11.1:replay', 'is not redeemed with the proof of another', async () => {
    const headers = await proofOf(own);
    const redeem = async (granted: GrantedCode) => desk.redeem(granted, app, {}, headers);
    expect((await redeem(await desk.newCode())).status).toBe(200);
    const other = await desk.newCode();
    expect(told(await redeem(other))).toEqual([400, 'invalid_dpop_proof']);
    expect((await desk.redeem(other, app, {}, await proofOf(own))).status).toBe(200);
  });
});

describe('a refresh token of a public client with a key', () => {
  verifies(
    ['vestibule:keys-of-families', 'vestibule:strangers-change-nothing'],
    'is good with that key alone; with another or none it is refused, and nothing ends, replaced or not',
    async () => {
      const { body } = await redeemed();
      const [first, refresh] = [body['refresh_token'], desk.refresh];
      const attempts = async (token: unknown): Promise<void> => {
        expect(told(await refresh(token, app))).toEqual([400, 'invalid_dpop_proof']);
        expect(told(await refresh(token, app, {}, await proofOf(stranger)))).toEqual([400, 'invalid_grant']);
        const old = { dpop: await proving.proof(own, { nonce: undefined }) };
        expect(told(await refresh(token, app, {}, old))).toEqual([400, 'use_dpop_nonce']);
      };
      await attempts(first);
      const second = await refresh(first, app, {}, await proofOf(own));
      expect([second.status, second.body['token_type']]).toEqual([200, 'DPoP']);
      expect(decodeJwt(String(second.body['access_token']))['cnf']).toEqual({ jkt: own.jkt });
      desk.deployment.run.clock.advance(120);
      await attempts(first);
      const third = await refresh(second.body['refresh_token'], app, {}, await proofOf(own));
      expect(third.status).toBe(200);
      expect(told(await refresh(first, app, {}, await proofOf(own)))).toEqual([400, 'invalid_grant']);
      expect(told(await refresh(third.body['refresh_token'], app, {}, await proofOf(own)))).toEqual([
        ...[400, 'invalid_grant'],
      ]);
    },
  );

  verifies('vestibule:keys-of-families', 'leads parallel requests to one successor', async () => {
    const { body } = await redeemed();
    const headers = await Promise.all(Array.from({ length: 6 }, () => proofOf(own)));
    const answers = await Promise.all(
      headers.map((header) => desk.refresh(body['refresh_token'], app, {}, header)),
    );
    expect(answers.map(({ status }) => status)).toEqual(headers.map(() => 200));
    expect(new Set(answers.map((answer) => answer.body['refresh_token'])).size).toBe(1);
  });

  verifies('rfc9449:5:bound-token', 'of a client that never proved a key takes any', async () => {
    const { body } = await desk.redeem(await desk.newCode(), app);
    expect(body['token_type']).toBe('Bearer');
    const bound = await desk.refresh(body['refresh_token'], app, {}, await proofOf(own));
    expect([bound.status, bound.body['token_type']]).toEqual([200, 'DPoP']);
    expect((await desk.refresh(bound.body['refresh_token'], app)).body['token_type']).toBe('Bearer');
  });
});

verifies(
  ['vestibule:keys-of-families', 'rfc9449:5.2:client-metadata'],
  'a refresh token of a client with a secret is not of a key, and its tokens are bound to the key of each request',
  async () => {
    const registered = await desk.client.register('clients', {
      ...{ client_id: 'desk-server', redirect_uris: [redirectUri], dpop_bound_access_tokens: true },
      token_endpoint_auth_method: 'client_secret_basic',
    });
    const headers = basic('desk-server', String(registered['client_secret']));
    const granted = await desk.newCode({ clientId: 'desk-server' });
    const request = { client_id: undefined };
    expect(told(await desk.redeem(granted, '', request, headers))).toEqual([400, 'invalid_dpop_proof']);
    const first = await desk.redeem(granted, '', request, { ...headers, ...(await proofOf(own)) });
    expect(first.status).toBe(200);
    const token = first.body['refresh_token'];
    expect(told(await desk.refresh(token, '', request, headers))).toEqual([400, 'invalid_dpop_proof']);
    const next = await desk.refresh(token, '', request, { ...headers, ...(await proofOf(stranger)) });
    expect(decodeJwt(String(next.body['access_token']))['cnf']).toEqual({ jkt: stranger.jkt });
  },
);
