import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Provider } from '../../../../local/cloudformation/provider.ts';
import { deployStack, type Stack } from '../../../../local/cloudformation/stack.ts';
import { openStackState } from '../../../../local/cloudformation/state.ts';
import type { ResourceDefinition } from '../../../../local/cloudformation/template.ts';

interface Shelf {
  /** What was done, in order. */
  readonly done: string[];
  readonly deploy: (resources: Readonly<Record<string, ResourceDefinition>>) => Promise<Stack>;
}

/** A stack of one durable type, `Box`, on a record in a file; a Box with `Fragile` breaks. */
function shelf(file = join(mkdtempSync(join(tmpdir(), 'stack-')), 'stack.json')): Shelf {
  const done: string[] = [];
  const box: Provider = {
    properties: { Label: 'update', Size: 'replacement', Fragile: 'update', Of: 'update' },
    transient: false,
    create: ({ logicalId, properties, generatedName }) => {
      if (properties['Fragile'] === true) return Promise.reject(new Error('it broke'));
      done.push(`create ${logicalId}`);
      return Promise.resolve({ physicalId: generatedName, attributes: { Arn: `arn:${logicalId}` } });
    },
    update: ({ logicalId }, before) => {
      done.push(`update ${logicalId}`);
      return Promise.resolve(before);
    },
    delete: ({ logicalId, properties }) => {
      done.push(`delete ${logicalId} of size ${JSON.stringify(properties['Size'] ?? 1)}`);
      return Promise.resolve();
    },
  };
  return {
    done,
    deploy: (resources) =>
      deployStack({
        template: { Resources: resources, Outputs: { Name: { Value: { Ref: 'A' } } } },
        environment: { region: 'us-east-1', account: '000000000000', stackName: 'Shelf' },
        providerOf: (type) => {
          if (type !== 'Box') throw new Error(`no type ${type}`);
          return box;
        },
        state: openStackState(file),
        log: () => undefined,
      }),
  };
}

const box = (properties: ResourceDefinition['Properties'] = {}): ResourceDefinition => ({
  Type: 'Box',
  Properties: properties,
});

describe('deployment of a stack', () => {
  it('creates once, and does nothing for the same template at the next start', async () => {
    const { done, deploy } = shelf();
    const first = await deploy({ A: box() });
    const second = await deploy({ A: box() });
    expect(done).toEqual(['create A']);
    expect(second.outputs).toEqual(first.outputs);
    expect(second.outputs['Name']).toMatch(/^Shelf-A-[0-9A-F]{12}$/);
  });

  it('updates, and deletes what left the template, dependents first', async () => {
    const { done, deploy } = shelf();
    await deploy({ A: box(), B: box({ Of: { Ref: 'A' } }), C: box({ Of: { Ref: 'B' } }) });
    done.length = 0;
    await deploy({ A: box({ Label: 'x' }) });
    expect(done).toEqual(['update A', 'delete C of size 1', 'delete B of size 1']);
  });

  it('replaces: the new one under another name first, then the old one goes', async () => {
    const { done, deploy } = shelf();
    const before = await deploy({ A: box({ Size: 1 }) });
    const after = await deploy({ A: box({ Size: 2 }) });
    expect(done).toEqual(['create A', 'create A', 'delete A of size 1']);
    expect(after.outputs['Name']).not.toBe(before.outputs['Name']);
  });

  it('keeps a retained resource that left the template', async () => {
    const { done, deploy } = shelf();
    await deploy({ A: box(), B: { ...box(), DeletionPolicy: 'Retain' } });
    await deploy({ A: box() });
    expect(done).toEqual(['create A', 'create B']);
  });

  it('goes on after a failure from where it was', async () => {
    const { done, deploy } = shelf();
    const wanted = { A: box(), B: box({ Fragile: true, Of: { Ref: 'A' } }), C: box({ Of: { Ref: 'B' } }) };
    await expect(deploy(wanted)).rejects.toThrow('create B (Box): it broke');
    await deploy({ ...wanted, B: box({ Of: { Ref: 'A' } }) });
    expect(done).toEqual(['create A', 'create B', 'create C']);
  });

  it('names a type it does not know before it makes anything', async () => {
    const { done, deploy } = shelf();
    await expect(deploy({ A: box(), B: { Type: 'AWS::SQS::Queue' } })).rejects.toThrow('AWS::SQS::Queue');
    expect(done).toEqual([]);
  });

  it('names an attribute that a resource does not have', async () => {
    const { deploy } = shelf();
    await expect(deploy({ A: box(), B: box({ Of: { 'Fn::GetAtt': ['A', 'Url'] } }) })).rejects.toThrow(
      'the attribute Url of A',
    );
  });
});
