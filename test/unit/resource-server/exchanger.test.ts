import { setTimeout as pause } from 'node:timers/promises';
import { createLocalJWKSet, exportJWK, generateKeyPair, jwtVerify } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  createExchanger,
  ExchangeError,
  type Exchanger,
  type ExchangerOptions,
} from '../../../lambdas/resource-server/index.ts';
import {
  granted,
  startTokenEndpoint,
  type TokenAnswer,
  type TokenEndpointServer,
} from './a-token-endpoint.ts';

const start = 1_800_000_000;
const target = 'https://calendar.example.com/mcp';
const secret = 'a secret with spaces: & more';
let now: number;
let endpoint: TokenEndpointServer;

beforeAll(async () => {
  endpoint = await startTokenEndpoint();
});
afterAll(() => endpoint.close());
beforeEach(() => {
  now = start;
  endpoint.requests.length = 0;
  endpoint.answer = (_, count) => granted(count);
});

function anExchanger(options: Partial<ExchangerOptions> = {}): Exchanger {
  return createExchanger({
    ...{ issuer: endpoint.issuer, client: { id: 'search-server', proof: { secret } }, now: () => now },
    ...options,
  });
}

const received = { token: 'received-token' };
const formOf = (index = 0) => Object.fromEntries(endpoint.requests[index]?.form ?? []);

describe('an exchange', () => {
  it('sends what was received, for one target, with the scopes that are wanted', async () => {
    const calendar = anExchanger().exchangeFor(received, target, { scopes: ['events:read', 'events:write'] });
    expect(await calendar.token()).toEqual({
      ...{ accessToken: 'exchanged-1', tokenType: 'Bearer', scopes: ['tools:read'], expiresAt: start + 900 },
    });
    expect(formOf()).toEqual({
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      ...{ subject_token: 'received-token', resource: target, scope: 'events:read events:write' },
      subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    });
    const [scheme, pair = ''] = endpoint.requests[0]?.headers.authorization?.split(' ') ?? [];
    expect([scheme, atob(pair)]).toEqual(['Basic', 'search-server:a+secret+with+spaces%3A+%26+more']);
  });

  it('names a target that is no URL by its audience', async () => {
    await anExchanger().exchangeFor(received, 'api://calendar').token();
    expect(formOf()).toMatchObject({ audience: 'api://calendar' });
    expect(formOf()).not.toHaveProperty('resource');
    expect(formOf()).not.toHaveProperty('scope');
  });

  it('asks for the secret each time, so that it can be rotated', async () => {
    let count = 0;
    const proof = { secret: () => Promise.resolve(`secret-${(count += 1)}`) };
    const exchanger = anExchanger({ client: { id: 'search-server', proof } });
    await exchanger.exchangeFor(received, target).token();
    await exchanger.exchangeFor(received, `${target}/2`).token();
    const pairs = endpoint.requests.map(({ headers }) => atob(headers.authorization?.slice(6) ?? ''));
    expect(pairs).toEqual(['search-server:secret-1', 'search-server:secret-2']);
  });

  it.each(['ES256', 'RS256', 'EdDSA'])(
    'is proven by an assertion of its own, each another (%s)',
    async (alg) => {
      const { privateKey, publicKey } = await generateKeyPair(alg);
      const proof = { privateKey, alg, kid: 'one' };
      const exchanger = anExchanger({ client: { id: 'search-server', proof } });
      await exchanger.exchangeFor(received, target).token();
      await exchanger.exchangeFor(received, `${target}/2`).token();
      const keys = createLocalJWKSet({ keys: [{ ...(await exportJWK(publicKey)), kid: 'one', alg }] });
      const claims = await Promise.all(
        endpoint.requests.map(async ({ form, headers }) => {
          expect(headers.authorization).toBeUndefined();
          expect(form.get('client_id')).toBe('search-server');
          expect(form.get('client_assertion_type')).toMatch(/:jwt-bearer$/);
          const { payload } = await jwtVerify(form.get('client_assertion') ?? '', keys, {
            ...{ issuer: 'search-server', subject: 'search-server', audience: endpoint.issuer },
            ...{ currentDate: new Date(now * 1000), typ: 'JWT' },
          });
          expect(payload.exp).toBe(start + 60);
          return payload.jti;
        }),
      );
      expect(new Set(claims).size).toBe(2);
    },
  );

  it('is proven by an assertion that something else makes', async () => {
    const proof = { assertion: () => Promise.resolve('of.aws.sts') };
    await anExchanger({ client: { id: 'search-server', proof } })
      .exchangeFor(received, target)
      .token();
    expect(formOf()).toMatchObject({ client_assertion: 'of.aws.sts', client_id: 'search-server' });
  });

  it('is told at once that its options can never work', () => {
    expect(() => anExchanger({ issuer: 'http://auth.example.com' })).toThrow(TypeError);
    expect(() => anExchanger({ tokenEndpoint: '/token' })).toThrow(TypeError);
    expect(() => anExchanger().exchangeFor(received, target, { scopes: ['two words'] })).toThrow(TypeError);
  });
});

describe('an exchanged token', () => {
  it('is kept until just before it expires', async () => {
    const exchanger = anExchanger();
    const tokenAt = async (seconds: number) => {
      now = start + seconds;
      return (await exchanger.exchangeFor(received, target).token()).accessToken;
    };
    expect([await tokenAt(0), await tokenAt(869)]).toEqual(['exchanged-1', 'exchanged-1']);
    expect([await tokenAt(870), await tokenAt(1_700)]).toEqual(['exchanged-2', 'exchanged-2']);
  });

  it('is for one received token, one target and one set of scopes, in any order', async () => {
    const exchanger = anExchanger();
    const ask = (token: string, of: string, scopes: readonly string[]) =>
      exchanger.exchangeFor({ token }, of, { scopes }).token();
    const one = await ask('a', target, ['x', 'y']);
    expect(await ask('a', target, ['y', 'x'])).toBe(one);
    const others = [
      ask('b', target, ['x', 'y']),
      ask('a', `${target}/2`, ['x', 'y']),
      ask('a', target, ['x']),
      ask('a', target, []),
    ];
    const tokens = (await Promise.all(others)).map(({ accessToken }) => accessToken);
    expect(new Set([one.accessToken, ...tokens]).size).toBe(5);
    expect(endpoint.requests).toHaveLength(5);
  });

  it('is asked for once by many at once', async () => {
    const exchanger = anExchanger();
    const tokens = await Promise.all(
      Array.from({ length: 200 }, () => exchanger.exchangeFor(received, target).token()),
    );
    expect(new Set(tokens).size).toBe(1);
    expect(endpoint.requests).toHaveLength(1);
  });

  it('is asked for again after a failure, which all who waited hear of', async () => {
    const exchanger = anExchanger();
    // Later than the last of them has come: names are digested aside, in no order.
    endpoint.answer = () => pause(250, { status: 503, body: { error: 'temporarily_unavailable' } });
    const failed = await Promise.allSettled(
      Array.from({ length: 20 }, () => exchanger.exchangeFor(received, target).token()),
    );
    expect(failed.every(({ status }) => status === 'rejected')).toBe(true);
    expect(endpoint.requests).toHaveLength(1);
    endpoint.answer = (_, count) => granted(count);
    expect(await exchanger.exchangeFor(received, target).token()).toMatchObject({
      accessToken: 'exchanged-2',
    });
  });
});

describe('an exchange that fails', () => {
  async function failure(answer: TokenAnswer): Promise<unknown> {
    endpoint.answer = () => answer;
    return anExchanger()
      .exchangeFor(received, target)
      .token()
      .catch((error: unknown) => error);
  }
  const oauth = (error: string, more: object = {}) => ({ error, error_description: 'as it is', ...more });

  it.each([
    ['interaction_required', 400, oauth('interaction_required', { error_uri: 'https://a/b', claims: '{}' })],
    ['interaction_required', 400, oauth('consent_required')],
    ['interaction_required', 400, oauth('login_required')],
    ['interaction_required', 400, oauth('insufficient_user_authentication')],
    ['forbidden', 400, oauth('invalid_request')],
    ['forbidden', 400, oauth('invalid_target')],
    ['forbidden', 400, oauth('invalid_scope')],
    ['forbidden', 400, oauth('unauthorized_client')],
    ['misconfigured', 401, oauth('invalid_client')],
    ['misconfigured', 400, oauth('invalid_client')],
    ['unavailable', 503, oauth('temporarily_unavailable')],
    ['unavailable', 429, oauth('temporarily_unavailable')],
    ['unavailable', 500, 'no JSON'],
    ['unavailable', 404, {}],
    ['unavailable', 200, oauth('invalid_target')],
    ['unavailable', 200, 'no JSON'],
    ['unavailable', 200, [1]],
    ['unavailable', 200, null],
    ['unavailable', 200, { access_token: 'x', token_type: 'Bearer' }],
    ['unavailable', 200, { access_token: 7, token_type: 'Bearer', expires_in: 900 }],
    ['misconfigured', 200, { access_token: 'x', token_type: 'DPoP', expires_in: 900 }],
    ['misconfigured', 200, { access_token: 'x', token_type: 'N_A', expires_in: 900 }],
  ])('says who can do something about it: %s, of %i %j', async (kind, status, body) => {
    const error = await failure({ status, body });
    expect(error).toBeInstanceOf(ExchangeError);
    expect(error).toMatchObject({ kind, target });
  });

  it('carries back what the person has to do, and where', async () => {
    const members = { claims: '{"a":1}', acr_values: 'c1' };
    const body = oauth('interaction_required', { ...members, error_uri: 'https://auth.example.com/help' });
    expect(await failure({ status: 400, body })).toMatchObject({
      message: `no token for ${target}, interaction_required: interaction_required: as it is`,
      details: { error: 'interaction_required', claims: '{"a":1}', acrValues: 'c1' },
    });
    const uris = {
      interaction_uri: 'https://a/1',
      authorization_uri: 'https://a/2',
      error_uri: 'https://a/3',
    };
    for (const [member, uri] of Object.entries(uris)) {
      const told = { ...oauth('interaction_required'), [member]: uri };
      expect(await failure({ status: 400, body: told })).toMatchObject({ details: { uri } });
    }
  });

  it('says when to try again', async () => {
    const body = oauth('temporarily_unavailable');
    const later = { status: 503, headers: { 'retry-after': '7' }, body };
    expect(await failure(later)).toMatchObject({ details: { retryAfterSeconds: 7 } });
    const date = new Date((start + 9) * 1_000).toUTCString();
    const soon = { ...later, headers: { 'retry-after': date } };
    expect(await failure(soon)).toMatchObject({ details: { retryAfterSeconds: 9 } });
    const unsaid = { ...later, headers: { 'retry-after': 'soon' } };
    expect(await failure(unsaid)).toMatchObject({ details: { retryAfterSeconds: 5 } });
  });

  it('is unavailable where nobody answers, and where somebody sends it elsewhere', async () => {
    const unreachable = anExchanger({ tokenEndpoint: 'http://127.0.0.1:9/token' });
    await expect(unreachable.exchangeFor(received, target).token()).rejects.toMatchObject({
      ...{ kind: 'unavailable', details: { retryAfterSeconds: 5 } },
    });
    const elsewhere = { status: 307, headers: { location: `${endpoint.issuer}/elsewhere` }, body: {} };
    expect(await failure(elsewhere)).toMatchObject({ kind: 'unavailable' });
    expect(endpoint.requests).toHaveLength(1);
  });

  it('shows neither the tokens nor the secret', async () => {
    const canaries = [received.token, secret, 'exchanged-1'];
    for (const status of [200, 400, 401, 503]) {
      const error = await failure({
        status,
        body: { access_token: 'exchanged-1', error: 'invalid_request' },
      });
      const told = [String(error), JSON.stringify(error), (error as Error).stack].join('\n');
      for (const canary of canaries) expect(told).not.toContain(canary);
    }
  });
});
