import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assertedAccess } from '../../lambdas/oauth/bearer/asserted-access.ts';
import type { ResourceUri, ScopeName } from '../../lambdas/runtime/identifiers.ts';
import { aClient, anAgent, aResource, registryOf, scopes, uri } from '../unit/oauth/mothers.ts';

const names = scopes('read', 'write', 'admin', 'audit');
const places = ['https://a.example.com', 'https://b.example.com', 'https://c.example.com'].map(uri);
const someNames = fc.subarray([...names]);
const somePlaces = fc.subarray([...places]);

const worlds = fc.record({
  asserted: fc.record({ resources: somePlaces, scope: fc.option(someNames, { nil: undefined }) }),
  asked: fc.record({
    resources: fc.subarray([...places], { maxLength: 2 }),
    scope: fc.option(fc.subarray([...names], { minLength: 1 }), { nil: undefined }),
  }),
  terms: fc.uniqueArray(fc.record({ resource: fc.constantFrom(...places), scopes: someNames }), {
    selector: ({ resource }) => resource,
  }),
  catalogue: fc.uniqueArray(
    fc.record({ resource: fc.constantFrom(...places), required: someNames, optional: someNames }),
    { selector: ({ resource }) => resource },
  ),
  ofAgent: fc.boolean(),
  defined: someNames,
  held: fc.oneof(fc.constant('all' as const), someNames),
  state: fc.constantFrom('active' as const, 'disabled' as const),
});

type World = typeof worlds extends fc.Arbitrary<infer Value> ? Value : never;

const { agentId: itsAgent, ...nobodys } = aClient();

/** What the world lets a client have, decided by the one function, and everybody who bounds it. */
async function accessIn({ asserted, asked, terms, catalogue, ofAgent, defined, held, state }: World) {
  const registry = registryOf({
    resources: places.map((place) =>
      aResource({ uri: place, state, scopes: defined.map((name) => ({ name, description: name })) }),
    ),
  });
  return assertedAccess(
    registry,
    { resources: asserted.resources, ...(asserted.scope && { scope: asserted.scope }) },
    { resources: asked.resources, scope: asked.scope?.join(' ') },
    {
      client: ofAgent ? aClient() : nobodys,
      ...(ofAgent && { agent: anAgent({ catalogue }) }),
      ...{ grants: terms, heldAt: () => ({ roles: [], scope: held }) },
    },
  );
}

function boundsOf(world: World, place: ResourceUri): readonly (readonly ScopeName[])[] {
  const { asserted, asked, terms, catalogue, ofAgent, defined, held } = world;
  const at = <Entry extends { readonly resource: ResourceUri }>(entries: readonly Entry[]) =>
    entries.find(({ resource }) => resource === place);
  const entry = at(catalogue);
  return [
    at(terms)?.scopes ?? [],
    defined,
    asserted.scope ?? names,
    asked.scope ?? names,
    held === 'all' ? names : held,
    ofAgent ? [...(entry?.required ?? []), ...(entry?.optional ?? [])] : names,
  ];
}

describe('what an assertion gives', () => {
  it('is never more than each of those who bound it let it be, at a place that all of them name', async () => {
    let granted = 0;
    await fc.assert(
      fc.asyncProperty(worlds, async (world) => {
        const access = await accessIn(world);
        if (!access.ok) return;
        granted += 1;
        const { resource, scope } = access.value;
        expect(world.state).toBe('active');
        expect(scope).not.toEqual([]);
        for (const named of [world.asked.resources, world.asserted.resources]) {
          expect(named.length === 0 ? [resource.uri] : named).toContain(resource.uri);
        }
        for (const bound of boundsOf(world, resource.uri)) {
          expect(scope.filter((name) => !bound.includes(name))).toEqual([]);
        }
      }),
      { numRuns: 2_000 },
    );
    expect(granted).toBeGreaterThan(20);
    expect(itsAgent).toBeDefined();
  });
});
