import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeAgent, encodeAgent } from '../../../lambdas/adapters/dynamodb/agent-codec.ts';
import { toItem } from '../../../lambdas/adapters/dynamodb/attributes.ts';
import { decodeClient, encodeClient } from '../../../lambdas/adapters/dynamodb/client-codec.ts';
import { decodeResource, encodeResource } from '../../../lambdas/adapters/dynamodb/resource-codec.ts';
import type { Agent, Client, Resource } from '../../../lambdas/ports/registry.ts';

const text = fc.string({ minLength: 1 });
const whole = fc.nat();
const optional = <Value>(name: string, value: fc.Arbitrary<Value>) =>
  fc.oneof(
    fc.constant({}),
    value.map((given) => ({ [name]: given })),
  );
const managedBy = fc.oneof(
  fc.record({ kind: fc.constant('deployment' as const), deployment: text }),
  fc.record({ kind: fc.constant('operator' as const), arn: text }),
);
const registration = fc.record({
  ...{ state: fc.constantFrom('active' as const, 'disabled' as const), managedBy },
  ...{ createdAt: whole, updatedAt: whole },
});
const written = { version: 3, audit: { event: 'e', actor: 'a', at: 1, request_id: 'r' } };

const resources = fc
  .tuple(
    registration,
    fc.record({
      ...{ id: text, uri: text, audience: text, name: text },
      kind: fc.constantFrom('mcp-server', 'agent'),
      scopes: fc.array(fc.record({ name: text, description: text })),
    }),
    optional('agentId', text),
  )
  .map(([one, two, three]) => ({ ...one, ...two, ...three }) as unknown as Resource);

const agents = fc
  .tuple(
    registration,
    fc.record({
      ...{ id: text, name: text, owner: text },
      catalogue: fc.array(fc.record({ resource: text, required: fc.array(text), optional: fc.array(text) })),
    }),
  )
  .map(([one, two]) => ({ ...one, ...two }) as unknown as Agent);

const secrets = fc.array(fc.record({ id: text, digest: text, createdAt: whole }), {
  minLength: 1,
  maxLength: 2,
});
const keys = fc.oneof(
  fc.record({ kind: fc.constant('jwks_uri'), jwksUri: text }),
  fc.record({
    kind: fc.constant('jwks'),
    jwks: fc.record({ keys: fc.array(fc.record({ kty: text, key_ops: fc.array(text) })) }),
  }),
);
const clients = fc
  .tuple(
    registration,
    fc.record({
      ...{ id: text, name: text, grantTypes: fc.constant(['client_credentials']) },
      authentication: fc.oneof(
        fc.record({ method: fc.constantFrom('client_secret_basic', 'client_secret_post'), secrets }),
        fc.record({
          method: fc.constant('private_key_jwt'),
          keys,
          acceptsTokenEndpointAudience: fc.boolean(),
        }),
      ),
    }),
    optional('agentId', text),
  )
  .map(([one, two, three]) => ({ ...one, ...two, ...three }) as unknown as Client);

describe('a stored item', () => {
  it('gives back the resource that was written', () => {
    fc.assert(
      fc.property(resources, (resource) => {
        expect(decodeResource(toItem({ ...encodeResource(resource), ...written }))).toEqual(resource);
      }),
    );
  });

  it('gives back the agent that was written', () => {
    fc.assert(
      fc.property(agents, (agent) => {
        expect(decodeAgent(toItem({ ...encodeAgent(agent), ...written }))).toEqual(agent);
      }),
    );
  });

  it('gives back the client that was written', () => {
    fc.assert(
      fc.property(clients, (client) => {
        expect(decodeClient(toItem({ ...encodeClient(client), ...written }))).toEqual(client);
      }),
    );
  });

  it('leaves absent members out', () => {
    expect(toItem({ pk: 'x', gone: undefined })).toEqual({ pk: { S: 'x' } });
  });

  it('of a later version is read for what this version knows of it', () => {
    fc.assert(
      fc.property(agents, (agent) => {
        const item = { ...toItem({ ...encodeAgent(agent), ...written }), later: { B: new Uint8Array() } };
        expect(decodeAgent(item)).toEqual(agent);
      }),
    );
  });

  it.each([
    ['another state', { state: 'paused' }, /malformed item agent#planner: state/],
    ['a missing name', { name: undefined }, /malformed item agent#planner: name/],
    [
      'a version that is text',
      { version: 'secret-looking' },
      /malformed item agent#planner: version is not number/,
    ],
  ])('with %s is a defect that names the key and no value', (_what, change, words) => {
    const whole = { id: 'planner', name: 'Planner', owner: 'x', catalogue: [], state: 'active' };
    const managed = { managedBy: { kind: 'deployment', deployment: 'd' }, createdAt: 1, updatedAt: 1 };
    const item = toItem({
      ...encodeAgent({ ...whole, ...managed } as unknown as Agent),
      ...written,
      ...change,
    });
    expect(() => decodeAgent(item)).toThrow(words);
    expect(() => decodeAgent(item)).not.toThrow(/secret-looking/);
  });
});
