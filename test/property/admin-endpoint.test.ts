import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dynamoRegistrationTokenStore } from '../../lambdas/adapters/dynamodb/registration-tokens.ts';
import { dynamoRegistryStore } from '../../lambdas/adapters/dynamodb/registry-store.ts';
import { adminEndpoint } from '../../lambdas/functions/admin/endpoint.ts';
import { lambdaHandler } from '../../lambdas/http/lambda.ts';
import type { Issuer } from '../../lambdas/runtime/identifiers.ts';
import { instant } from '../../lambdas/runtime/clock.ts';
import { systemRandom } from '../../lambdas/runtime/random.ts';
import { peopleIn } from '../support/people-in.ts';
import { startTables, type TestTables } from '../support/dynamodb.ts';
import { anEvent } from '../unit/http/requests.ts';
import { type Handler, likely, withstands } from './answers.ts';
import { hostile, method } from './arbitraries.ts';

type Json = Record<string, unknown>;

const uri = 'https://mcp.example.com/mcp';
const names = likely('demo', 'planner', 'other');

const declarations: Readonly<Record<string, fc.Arbitrary<Json>>> = {
  resources: fc.record({
    id: names,
    uri: fc.constantFrom(uri, 'http://localhost:9401/mcp'),
    kind: fc.constant('mcp-server'),
    name: names,
    scopes: fc.constant([{ name: 'tools:read', description: 'Read' }]),
  }),
  agents: fc.record({
    id: names,
    owner: names,
    catalogue: fc.constantFrom([], [{ resource: 'demo', required: ['tools:read'], optional: [] }]),
  }),
  clients: fc.record({
    client_id: names,
    agent_id: names,
    token_endpoint_auth_method: fc.constantFrom('client_secret_basic', 'client_secret_post'),
  }),
};

/** A value of the wrong kind, or of the right kind and wrong. */
const anything = fc.oneof(
  hostile,
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom('tools:*', 'private_key_jwt'),
);

/** A sound declaration, one with a field that is not, or any JSON at all. */
const declarationOf = (collection: string): fc.Arbitrary<unknown> => {
  const sound = declarations[collection] ?? fc.constant({});
  const fields = [
    'id',
    'uri',
    'audience',
    'agent_id',
    'scopes',
    'catalogue',
    'jwks',
    'jwks_uri',
    'grant_types',
  ];
  const spoilt = fc
    .tuple(sound, fc.constantFrom(...fields), anything)
    .map(([declaration, field, value]) => ({ ...declaration, [field]: value }));
  return fc.oneof(
    { weight: 3, arbitrary: sound },
    { weight: 3, arbitrary: spoilt },
    { weight: 1, arbitrary: anything },
  );
};

const actions = likely('', '/disable', '/enable', '/secrets', '/secrets/abc');

const events = fc.constantFrom(...Object.keys(declarations)).chain((collection) =>
  fc
    .record({
      method: fc.oneof(method, fc.constantFrom('POST', 'PUT', 'DELETE')),
      path: fc.oneof(
        { weight: 4, arbitrary: fc.constant(`/admin/${collection}`) },
        {
          weight: 5,
          arbitrary: fc
            .tuple(names, actions)
            .map(([name, action]) => `/admin/${collection}/${name}${action}`),
        },
        { weight: 1, arbitrary: hostile },
      ),
      query: fc.oneof(likely('limit=2', 'cursor=abc', 'limit=0'), fc.constant('')),
      headers: likely('application/json', 'text/plain').map((type) => ({ 'content-type': type })),
      body: fc.oneof(
        { weight: 4, arbitrary: declarationOf(collection).map((value) => JSON.stringify(value)) },
        { weight: 1, arbitrary: hostile },
      ),
      iam: fc.oneof(
        { weight: 9, arbitrary: fc.constant({ userArn: 'arn:aws:iam::1:user/operator', accountId: '1' }) },
        { weight: 1, arbitrary: fc.constant({}) },
      ),
    })
    .map((input) => anEvent(input)),
);

describe('whatever is sent', () => {
  let tables: TestTables;
  let handler: Handler;

  beforeAll(async () => {
    tables = await startTables();
    handler = lambdaHandler(
      adminEndpoint({
        tokens: dynamoRegistrationTokenStore({ client: tables.client(), table: tables.registry }),
        store: dynamoRegistryStore({
          client: tables.client(),
          table: tables.registry,
          grants: tables.grants,
        }),
        people: peopleIn(tables),
        random: systemRandom,
        clock: () => instant(1_800_000_000),
        audit: () => undefined,
        context: { issuer: 'https://auth.example.com' as Issuer, hosts: 'loopback' },
        selfRegistration: { mode: 'initial_access_token', unusedSeconds: 86_400 },
      }),
    );
  });
  afterAll(async () => {
    await tables.stop();
  });

  it(
    'to the admin routes, the answer is a registration or a valid refusal',
    { timeout: 180_000 },
    async () => {
      const statuses = await withstands(handler, events);
      expect([...statuses].toSorted()).toEqual([200, 201, 204, 400, 403, 404, 405, 409, 415]);
    },
  );
});
