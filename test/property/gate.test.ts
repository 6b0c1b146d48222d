import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gateHandler, readTargets } from '../../lambdas/http/gate.ts';
import type { GatewayEvent, GatewayResult } from '../../lambdas/http/gateway-event.ts';
import { readRouteScopes, routeGuard } from '../../lambdas/http/protected-routes.ts';
import { createVerifier } from '../../lambdas/resource-server/index.ts';
import {
  type KeyServer,
  makeKey,
  makeToken,
  parseChallenge,
  resource,
  resourceMetadata,
  startKeyServer,
} from '../unit/resource-server/fixture.ts';
import { anEvent } from '../unit/http/requests.ts';
import { hostile, method, runs } from './arbitraries.ts';

const now = 1_800_000_000;
const route = 'ANY /mcp';
const target = 'arn:aws:lambda:us-east-1:000000000000:function:orders';

let issuer: KeyServer;
let good: string;
let others: readonly string[];
const invoked: object[] = [];
let gate: (event: GatewayEvent) => Promise<unknown>;

beforeAll(async () => {
  const [key, stranger] = [await makeKey('published'), await makeKey('stranger')];
  issuer = await startKeyServer([key], () => now);
  const token = (claims: Readonly<Record<string, unknown>>): Promise<string> =>
    makeToken(key, issuer.issuer, now, { claims });
  good = await token({});
  others = [
    await token({ exp: now - 60 }),
    await token({ aud: 'https://other.example.com' }),
    await token({ iss: 'https://other.example.com' }),
    await token({ scope: 'tools:write' }),
    await makeToken(stranger, issuer.issuer, now),
    `${good}x`,
    good.slice(0, -8),
  ];
  gate = gateHandler({
    guard: routeGuard({
      verifier: createVerifier({ issuer: issuer.issuer, resource, now: () => now }),
      scopes: readRouteScopes(JSON.stringify({ [route]: 'tools:read' })),
      audit: () => undefined,
    }),
    targets: readTargets(JSON.stringify([{ function: target, routes: [route] }])),
    functions: {
      invoke: (_arn, event) => {
        invoked.push(event);
        return Promise.resolve({ kind: 'returned', result: 'served' });
      },
    },
  });
});

afterAll(() => issuer.close());

const headers = fc
  .record({
    scheme: fc.constantFrom('Bearer ', 'bearer  ', 'Basic ', '', 'Bearer\t', 'Bearer Bearer '),
    token: fc.oneof(
      hostile,
      fc.nat().map((n) => others[n % others.length] ?? ''),
      fc.constant('').map(() => good),
    ),
    name: fc.constantFrom('authorization', 'Authorization', 'x-authorization'),
    more: fc.dictionary(hostile, hostile, { maxKeys: 3 }),
  })
  .map(({ scheme, token, name, more }) => ({ ...more, [name]: `${scheme}${token}` }));

const event = fc
  .record({ method, headers, query: hostile })
  .map((input) => ({ ...anEvent({ ...input, path: '/mcp' }), routeKey: route }));

function carriesGoodToken({ headers: sent }: GatewayEvent): boolean {
  return Object.entries(sent).some(
    ([name, value = '']) =>
      name.toLowerCase() === 'authorization' && value.trim().replace(/^bearer +/i, '') === good,
  );
}

describe('the gate, whatever comes', () => {
  it('lets nobody pass without a good token, and never rejects', async () => {
    await fc.assert(
      fc.asyncProperty(event, async (sent) => {
        const before = invoked.length;
        const result = await gate(sent);
        if (invoked.length > before) {
          expect(carriesGoodToken(sent)).toBe(true);
          expect(invoked.at(-1)).toMatchObject({
            requestContext: { authorizer: { lambda: { jti: 'one' } } },
          });
          return;
        }
        const { statusCode = 0, headers: answered = {} } = result as Exclude<GatewayResult, string>;
        expect([204, 400, 401, 403]).toContain(statusCode);
        if (statusCode === 204) return;
        const { scheme, parameters } = parseChallenge(String(answered['www-authenticate']));
        expect(scheme).toBe('Bearer');
        expect(parameters).toMatchObject({ resource_metadata: resourceMetadata, scope: 'tools:read' });
      }),
      runs,
    );
    expect(invoked.length).toBeGreaterThan(0);
  });
});
