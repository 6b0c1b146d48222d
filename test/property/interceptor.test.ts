import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { interceptorHandler } from '../../lambdas/http/interceptor.ts';
import { endedName } from '../../lambdas/resource-server/ended-name.ts';
import { tokenJudge } from '../../lambdas/resource-server/token-judge.ts';
import { makeKey, makeToken, startKeyServer, type KeyServer } from '../unit/resource-server/fixture.ts';
import { likely } from './answers.ts';

const now = 1_800_000_000;
let server: KeyServer;
let good: string;
let bad: readonly string[];

beforeAll(async () => {
  const key = await makeKey('first');
  server = await startKeyServer([key], () => now);
  good = await makeToken(key, server.issuer, now);
  bad = await Promise.all([
    makeToken(key, server.issuer, now, { claims: { jti: 'revoked' } }),
    makeToken(key, server.issuer, now, { claims: { agent_id: 'stopped' } }),
    makeToken(key, server.issuer, now, { claims: { exp: now - 60 } }),
    makeToken(await makeKey('first'), server.issuer, now),
  ]);
  server.ends = {
    tokens: await endedName('jti', 'revoked'),
    principals: { [await endedName('agent_id', 'stopped')]: now + 30 },
  };
});
afterAll(() => server.close());

describe('whatever AgentCore hands over', () => {
  it(
    'is answered, passes with a good token alone, and never with one that ended',
    { timeout: 120_000 },
    async () => {
      const handler = interceptorHandler({
        judge: tokenJudge({ issuer: server.issuer, now: () => now }),
        audit: () => undefined,
      });
      const token = fc.oneof(fc.constant(good), fc.constantFrom(...bad), fc.string());
      const value = fc.oneof(
        { weight: 4, arbitrary: token.map((text) => `Bearer ${text}`) },
        likely('Basic abc', 'Bearer', 'bearer  x'),
        fc.anything(),
      );
      const name = fc.oneof(
        { weight: 4, arbitrary: fc.constantFrom('Authorization', 'authorization') },
        fc.string(),
      );
      const headers = fc.oneof(
        {
          weight: 5,
          arbitrary: fc.array(fc.tuple(name, value), { maxLength: 2 }).map((all) => Object.fromEntries(all)),
        },
        fc.anything(),
      );
      const request = fc.oneof(
        {
          weight: 6,
          arbitrary: fc.record(
            {
              path: fc.oneof(
                fc.constant('/mcp'),
                token.map((text) => `/mcp?access_token=${text}`),
                fc.anything(),
              ),
              httpMethod: fc.oneof(fc.constant('POST'), fc.anything()),
              headers,
              body: fc.oneof(fc.constant({ jsonrpc: '2.0', id: 1 }), fc.jsonValue()),
            },
            { requiredKeys: ['headers'] },
          ),
        },
        fc.anything(),
      );
      const kind = fc.constantFrom('mcp', 'http');
      const event = fc.oneof(
        {
          weight: 6,
          arbitrary: fc.tuple(kind, request).map(([of, gatewayRequest]) => ({ [of]: { gatewayRequest } })),
        },
        fc.anything(),
      );
      let [passes, refusals] = [0, 0];
      await fc.assert(
        fc.asyncProperty(event, fc.anything(), async (input, context) => {
          const output = (await handler(input, context)) as Record<string, Record<string, object> | string>;
          expect(output['interceptorOutputVersion']).toBe('1.0');
          const inner = output['mcp'] ?? output['http'] ?? 'nothing';
          if (typeof inner === 'string') throw new Error('no answer');
          if ('transformedGatewayRequest' in inner) {
            passes += 1;
            expect(authorizationsOf(input)).toEqual([good]);
          } else {
            refusals += 1;
            expect(inner['transformedGatewayResponse']).toMatchObject({
              statusCode: expect.any(Number) as number,
            });
          }
        }),
        { numRuns: 3_000 },
      );
      expect(passes).toBeGreaterThan(50);
      expect(refusals).toBeGreaterThan(50);
    },
  );
});

/** The bearer tokens that the event of either kind presents. */
function authorizationsOf(event: unknown): readonly string[] {
  const { mcp, http } = event as Record<
    string,
    { readonly gatewayRequest: { readonly headers: object } } | undefined
  >;
  const headers: [string, unknown][] = Object.entries((mcp ?? http)?.gatewayRequest.headers ?? {});
  return headers
    .filter(([name]) => name.toLowerCase() === 'authorization')
    .map(([, value]) =>
      String(value)
        .trim()
        .replace(/^bearer +/i, ''),
    );
}
