import { describe, expect, it } from 'vitest';
import { planResource } from '../../../../local/cloudformation/plan.ts';
import type { Provider } from '../../../../local/cloudformation/provider.ts';
import type { JsonObject } from '../../../../local/cloudformation/template.ts';

const table: Pick<Provider, 'properties' | 'transient'> = {
  properties: { Name: 'replacement', Indexes: 'update', Tags: 'nothing' },
  transient: false,
};

function plan(before: JsonObject | undefined, after: JsonObject, provider = table, type = 'T'): string {
  const existing = before && {
    logicalId: 'A',
    type: 'T',
    properties: before,
    physicalId: 'a',
    attributes: {},
  };
  return planResource(provider, { logicalId: 'A', type, properties: after }, existing);
}

describe('what a change of a resource asks for', () => {
  it('creates what is not there', () => {
    expect(plan(undefined, { Name: 'x' })).toBe('create');
  });

  it('keeps what is the same, whatever the order of its properties', () => {
    expect(plan({ Name: 'x', Indexes: [{ a: 1, b: 2 }] }, { Indexes: [{ b: 2, a: 1 }], Name: 'x' })).toBe(
      'keep',
    );
  });

  it('updates for a property that can change in place, also when it appears or goes', () => {
    expect(plan({ Name: 'x' }, { Name: 'x', Indexes: [] })).toBe('update');
    expect(plan({ Name: 'x', Indexes: [] }, { Name: 'x' })).toBe('update');
  });

  it('replaces for a property that cannot, and for another type', () => {
    expect(plan({ Name: 'x' }, { Name: 'y', Indexes: [] })).toBe('replace');
    expect(plan({ Name: 'x' }, { Name: 'x' }, table, 'U')).toBe('replace');
  });

  it('keeps when only a property without local meaning changed', () => {
    expect(plan({ Tags: ['a'] }, { Tags: ['b'] })).toBe('keep');
  });

  it('makes what lives in the process anew at every start', () => {
    expect(plan({ Name: 'x' }, { Name: 'x' }, { ...table, transient: true })).toBe('create');
  });

  it('updates a custom resource for any property and replaces it for another function', () => {
    const custom = { properties: 'any', transient: false } as const;
    expect(plan({ ServiceToken: 'f', A: 1 }, { ServiceToken: 'f', A: 2 }, custom)).toBe('update');
    expect(plan({ ServiceToken: 'f' }, { ServiceToken: 'g' }, custom)).toBe('replace');
  });

  it('names a property it does not know', () => {
    expect(() => plan(undefined, { Streams: true })).toThrow('the property Streams of T (A)');
  });
});
