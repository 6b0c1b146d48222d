import { describe, expect, it } from 'vitest';
import { creationOrder, dependencyGraph } from '../../../../local/cloudformation/graph.ts';

const isPseudo = (name: string): boolean => name.startsWith('AWS::');

describe('order of creation', () => {
  it('puts a resource behind all it names, by reference, attribute, substitution or DependsOn', () => {
    const graph = dependencyGraph(
      {
        Function: { Type: 'F', Properties: { Role: { 'Fn::GetAtt': ['Role', 'Arn'] } }, DependsOn: 'Policy' },
        Policy: { Type: 'P', Properties: { Roles: [{ Ref: 'Role' }], Arn: { 'Fn::Sub': '${Table.Arn}' } } },
        Role: { Type: 'R', Properties: { Region: { Ref: 'AWS::Region' } } },
        Table: { Type: 'T' },
      },
      isPseudo,
    );
    expect(creationOrder(graph)).toEqual(['Role', 'Table', 'Policy', 'Function']);
  });

  it('names what the template does not have', () => {
    const resources = { A: { Type: 'A', Properties: { x: { Ref: 'Nowhere' } } } };
    expect(() => dependencyGraph(resources, isPseudo)).toThrow('A names Nowhere');
  });

  it('names the members of a cycle', () => {
    const graph = new Map([
      ['A', ['B']],
      ['B', ['C']],
      ['C', ['B']],
    ]);
    expect(() => creationOrder(graph)).toThrow('B → C → B');
  });
});
