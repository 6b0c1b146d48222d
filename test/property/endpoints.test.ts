import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { authorizationHttpEndpoint } from '../../lambdas/http/authorization-endpoint.ts';
import { discoveryEndpoint } from '../../lambdas/http/discovery-endpoint.ts';
import type { GatewayEvent } from '../../lambdas/http/gateway-event.ts';
import { lambdaHandler } from '../../lambdas/http/lambda.ts';
import { tokenHttpEndpoint } from '../../lambdas/http/token-endpoint.ts';
import { authorizationEndpoint } from '../../lambdas/oauth/authorization/authorization-endpoint.ts';
import type { ClientId } from '../../lambdas/runtime/identifiers.ts';
import { anEvent, formType } from '../unit/http/requests.ts';
import { anIssuer } from '../unit/oauth/an-issuer.ts';
import { fullBuckets, limitsOver } from '../unit/oauth/limits.ts';
import {
  aClient,
  aKeyClient,
  aKeyRing,
  anAssertion,
  anAssertionKey,
  aResource,
  aSigningKey,
  issuer,
  now,
  registryOf,
  theSecret,
} from '../unit/oauth/mothers.ts';
import { type Handler, likely, withstands } from './answers.ts';
import { hostile, method } from './arbitraries.ts';

const jwtBearer = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

const field = (name: string, ...values: readonly string[]) =>
  fc.option(
    likely(...values).map((value) => `${name}=${encodeURIComponent(value.toWellFormed())}`),
    { nil: '' },
  );

const authorization = likely(
  `Basic ${Buffer.from(`planner-client:${theSecret}`).toString('base64')}`,
  `Basic ${Buffer.from('planner-client:wrong').toString('base64')}`,
  'Bearer abc',
);

const headers = fc.record(
  {
    'content-type': likely(formType, `${formType}; charset=utf-8`, 'application/json'),
    authorization,
    accept: likely('application/json', 'text/html', '*/*'),
    cookie: hostile,
  },
  { requiredKeys: [] },
);

function aForm(assertion: string): fc.Arbitrary<string> {
  const fields = fc.tuple(
    field('grant_type', 'client_credentials', 'authorization_code'),
    field('client_id', 'planner-client', 'signing-client', 'unknown'),
    fc.oneof({ weight: 3, arbitrary: fc.constant('') }, field('client_secret', theSecret, 'wrong')),
    fc.oneof({ weight: 3, arbitrary: fc.constant('') }, field('client_assertion', assertion)),
    fc.oneof({ weight: 3, arbitrary: fc.constant('') }, field('client_assertion_type', jwtBearer)),
    field('resource', 'https://mcp.example.com/mcp', 'https://mcp.example.com', 'demo'),
    field('scope', 'tools:read', 'tools:read tools:write', '*'),
    field('state', 'x'),
  );
  return fc.oneof(
    { weight: 4, arbitrary: fields.map((all) => all.filter((text) => text !== '').join('&')) },
    { weight: 1, arbitrary: hostile },
  );
}

interface Asked {
  readonly paths: fc.Arbitrary<string>;
  readonly form?: fc.Arbitrary<string>;
}

function anyEvent({ paths, form = hostile }: Asked): fc.Arbitrary<GatewayEvent> {
  return fc
    .record({ method, path: paths, query: fc.oneof(form, hostile), headers, body: form })
    .map((input) => anEvent(input));
}

describe('whatever is sent', () => {
  let assertion: string;
  let token: Handler;

  beforeAll(async () => {
    const key = await anAssertionKey();
    const id = 'signing-client' as ClientId;
    assertion = await anAssertion(key, { iss: id, sub: id });
    const { requestToken } = anIssuer({ clients: [aClient(), aKeyClient([key], { id })] });
    token = lambdaHandler(
      tokenHttpEndpoint(requestToken, () => now),
      { cors: true },
    );
  });

  it('to /token, the answer is a valid refusal or a token', { timeout: 120_000 }, async () => {
    const events = anyEvent({ paths: fc.constant('/token'), form: aForm(assertion) });
    const statuses = await withstands(token, events);
    // Which of them come is for the generator: a token is rare.
    expect([200, 204, 400, 401, 405]).toEqual(expect.arrayContaining([...statuses]));
    expect([...statuses]).toEqual(expect.arrayContaining([400, 401]));
  });

  it('to /authorize, the answer is a page or JSON, and never a redirect', { timeout: 120_000 }, async () => {
    const decide = authorizationEndpoint({
      registry: registryOf({ clients: [aClient()] }),
      limit: limitsOver(fullBuckets).address,
      audit: () => undefined,
    });
    const authorize = authorizationHttpEndpoint(decide, () => now);
    const events = anyEvent({ paths: fc.constant('/authorize'), form: aForm(assertion) });
    expect(await withstands(lambdaHandler(authorize), events)).toEqual(new Set([400, 405]));
  });

  it('to the discovery endpoints, the answer is a document or a 404', { timeout: 120_000 }, async () => {
    const handler = lambdaHandler(
      discoveryEndpoint({
        signingAlgorithm: 'RS256',
        people: true,
        registration: true,
        assertions: [],
        issuer,
        resources: {
          findByUri: (uri) => Promise.resolve(uri === aResource().uri ? aResource() : undefined),
          findById: (id) => Promise.resolve(id === aResource().id ? aResource() : undefined),
        },
        identityProviders: { all: () => Promise.resolve([]) },
        keyRings: { current: () => Promise.resolve(aKeyRing(aSigningKey())) },
        clock: () => now,
      }),
      { cors: true },
    );
    const wellKnown = likely(
      'oauth-authorization-server',
      'openid-configuration',
      'jwks.json',
      'oauth-protected-resource',
      'oauth-protected-resource/demo',
      'oauth-protected-resource/mcp.example.com/mcp',
    );
    const paths = fc.oneof(
      wellKnown.map((path) => `/.well-known/${path}`),
      hostile.map((path) => `/.well-known/oauth-protected-resource/${path}`),
      hostile,
    );
    expect(await withstands(handler, anyEvent({ paths }))).toEqual(new Set([200, 204, 404, 405]));
  });
});
