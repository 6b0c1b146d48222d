import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { GatewayEvent } from '../../lambdas/http/gateway-event.ts';
import { introspectionHttpEndpoint } from '../../lambdas/http/introspection-endpoint.ts';
import { lambdaHandler } from '../../lambdas/http/lambda.ts';
import { revocationHttpEndpoint } from '../../lambdas/http/revocation-endpoint.ts';
import type { ClientId } from '../../lambdas/runtime/identifiers.ts';
import { anEvent, formType } from '../unit/http/requests.ts';
import { aServerClient, aToken, aTokenJudge, type TokenJudge } from '../unit/oauth/a-token-judge.ts';
import { aClient, aKeyClient, anAssertion, anAssertionKey, now, theSecret } from '../unit/oauth/mothers.ts';
import { likely, withstands } from './answers.ts';
import { hostile, method } from './arbitraries.ts';

const jwtBearer = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const basicOf = (id: string): string => `Basic ${Buffer.from(`${id}:${theSecret}`).toString('base64')}`;

const field = (name: string, ...values: readonly string[]): fc.Arbitrary<string> =>
  fc.option(
    likely(...values).map((value) => `${name}=${encodeURIComponent(value.toWellFormed())}`),
    { nil: '' },
  );
const seldom = (arbitrary: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.oneof({ weight: 3, arbitrary: fc.constant('') }, arbitrary);

describe('whatever is sent', () => {
  let judge: TokenJudge;
  let events: (path: string) => fc.Arbitrary<GatewayEvent>;

  beforeAll(async () => {
    const key = await anAssertionKey();
    const assertion = await anAssertion(key, { iss: 'keyed', sub: 'keyed' });
    judge = aTokenJudge({
      clients: [aClient(), aServerClient(), aKeyClient([key], { id: 'keyed' as ClientId })],
    });
    const tokens = await Promise.all([
      aToken(),
      aToken({ client_id: 'keyed' }),
      aToken({ aud: 'https://other.example' }),
      aToken({ exp: now }),
      aToken({ exp: 'soon' }),
      aToken({}, 'JWT'),
    ]);
    const form = fc
      .tuple(
        field('token', ...tokens),
        seldom(field('token_type_hint', 'access_token', 'refresh_token')),
        seldom(field('client_id', 'planner-client', 'demo-server')),
        seldom(field('client_secret', theSecret)),
        seldom(field('client_assertion', assertion)),
        seldom(field('client_assertion_type', jwtBearer)),
      )
      .map((all) => all.filter((text) => text !== '').join('&'));
    const headers = fc.record(
      {
        'content-type': likely(formType, 'application/json'),
        authorization: likely(basicOf('demo-server'), basicOf('planner-client'), 'Bearer abc'),
        accept: likely('application/json', 'application/token-introspection+jwt'),
      },
      { requiredKeys: [] },
    );
    const methods = fc.oneof({ weight: 3, arbitrary: fc.constant('POST') }, method);
    events = (path) =>
      fc
        .record({
          method: methods,
          path: fc.constant(path),
          query: fc.oneof(form, hostile),
          headers,
          body: fc.oneof({ weight: 4, arbitrary: form }, hostile),
        })
        .map((input) => anEvent(input));
  });

  it('to /introspect, the answer is a valid refusal or an introspection', { timeout: 120_000 }, async () => {
    const endpoint = introspectionHttpEndpoint(judge.introspect, () => now);
    const statuses = await withstands(lambdaHandler(endpoint, { cors: true }), events('/introspect'));
    expect(statuses).toEqual(new Set([200, 204, 400, 401, 405]));
    const seen = judge.audited.map((event) => ('active' in event ? event.active : undefined));
    expect(new Set(seen)).toEqual(new Set([true, false, undefined]));
  });

  it('to /revoke, the answer is a valid refusal or nothing', { timeout: 120_000 }, async () => {
    const endpoint = revocationHttpEndpoint(judge.revoke, () => now);
    const statuses = await withstands(lambdaHandler(endpoint, { cors: true }), events('/revoke'));
    expect(statuses).toEqual(new Set([200, 204, 400, 401, 405]));
    expect(judge.revoked.length).toBeGreaterThan(0);
    for (const { clientId, jti } of judge.revoked) {
      expect(['planner-client', 'keyed']).toContain(clientId);
      expect(jti).toBe('jti-1');
    }
  });
});
