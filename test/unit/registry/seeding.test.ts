import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dynamoRegistryStore } from '../../../lambdas/adapters/dynamodb/registry-store.ts';
import { register, rotateIn, rotateOut, setState } from '../../../lambdas/registry/administration.ts';
import { type Author } from '../../../lambdas/registry/author.ts';
import { readTrusted, type Settled } from '../../../lambdas/registry/rules.ts';
import { liveSecrets } from '../../../lambdas/registry/secrets.ts';
import { seed, unseed } from '../../../lambdas/registry/seeding.ts';
import { instant } from '../../../lambdas/runtime/clock.ts';
import type { AgentId, ClientId, Issuer } from '../../../lambdas/runtime/identifiers.ts';
import { systemRandom } from '../../../lambdas/runtime/random.ts';
import { startTables, type TestTables } from '../../support/dynamodb.ts';

const context = { issuer: 'https://auth.example.com' as Issuer, hosts: 'public' as const };
let requests = 0;
const by = (managedBy: Author['managedBy']): Author => ({
  ...{ managedBy, at: instant(1_800_000_000 + requests) },
  requestId: `request-${(requests += 1)}`,
});
const deployment = (): Author => by({ kind: 'deployment', deployment: 'Vestibule' });
const operator = (): Author => by({ kind: 'operator', arn: 'arn:aws:iam::1:user/operator' });

let tables: TestTables;
let ports: Parameters<typeof register>[0];
beforeAll(async () => {
  tables = await startTables();
  ports = {
    store: dynamoRegistryStore({ client: tables.client(), table: tables.registry, grants: tables.grants }),
    random: systemRandom,
    context,
    selfRegistration: { mode: 'closed', unusedSeconds: 86_400 },
  };
});
afterAll(async () => {
  await tables.stop();
});

function anAgent(id: string, changes: object = {}): Settled['agent'] {
  const read = readTrusted('agent', { id, owner: 'platform', catalogue: [], ...changes }, context);
  if (!read.ok) throw new Error('not an agent');
  return read.value;
}

function aClient(id: string, agent: string, changes: object = {}): Settled['client'] {
  const declared = {
    client_id: id,
    agent_id: agent,
    token_endpoint_auth_method: 'client_secret_basic',
    ...changes,
  };
  const read = readTrusted('client', declared, context);
  if (!read.ok) throw new Error('not a client');
  return read.value;
}

describe('a deployment', () => {
  it('registers what it declares once, however often it is asked', async () => {
    expect(await seed(ports, 'agent', anAgent('twice'), deployment())).toEqual({
      ok: true,
      value: 'created',
    });
    expect(await seed(ports, 'agent', anAgent('twice'), deployment())).toEqual({
      ok: true,
      value: 'unchanged',
    });
    expect(await seed(ports, 'agent', anAgent('twice', { owner: 'new' }), deployment())).toEqual({
      ok: true,
      value: 'replaced',
    });
  });

  it('leaves disabled what an operator disabled', async () => {
    await seed(ports, 'agent', anAgent('off'), deployment());
    await setState(ports, { kind: 'agent', id: 'off' }, 'disabled', operator());
    await seed(ports, 'agent', anAgent('off', { owner: 'new' }), deployment());
    const stored = await ports.store.find('agent', 'off' as AgentId);
    expect(stored?.thing).toMatchObject({ state: 'disabled', owner: 'new' });
  });

  it('takes over nothing that an operator registered, and says so', async () => {
    await register(ports, 'agent', { id: 'by-hand', owner: 'x', catalogue: [] }, operator());
    const refused = await seed(ports, 'agent', anAgent('by-hand'), deployment());
    expect(refused).toMatchObject({ ok: false, refusal: { reason: 'conflict' } });
    expect(JSON.stringify(refused)).toContain('arn:aws:iam::1:user/operator');
  });

  it('takes over nothing of another deployment', async () => {
    await seed(ports, 'agent', anAgent('theirs'), by({ kind: 'deployment', deployment: 'Other' }));
    expect((await seed(ports, 'agent', anAgent('theirs'), deployment())).ok).toBe(false);
  });

  it('removes only what it created, and is content when that is gone', async () => {
    await seed(ports, 'agent', anAgent('mine'), deployment());
    const target = (id: string) => ({ kind: 'agent', id }) as const;
    expect(await unseed(ports.store, target('mine'), deployment())).toEqual({ ok: true, value: 'removed' });
    expect(await unseed(ports.store, target('mine'), deployment())).toEqual({ ok: true, value: 'absent' });
    expect(await unseed(ports.store, target('by-hand'), deployment())).toEqual({ ok: true, value: 'kept' });
  });

  it('never moves a client to another agent', async () => {
    await seed(ports, 'client', aClient('bound', 'one'), deployment(), 'digest');
    const refused = await seed(ports, 'client', aClient('bound', 'two'), deployment(), 'digest');
    expect(refused).toMatchObject({ ok: false, refusal: { field: 'agent_id' } });
  });

  it('revives no secret that an operator removed, and brings a new value', async () => {
    const live = async () => liveSecrets((await ports.store.find('client', 'rotated' as ClientId))!.thing);
    await seed(ports, 'client', aClient('rotated', 'one'), deployment(), 'first');
    await rotateIn(ports, 'rotated', operator());
    const [seeded, added] = await live();
    await rotateOut(ports, 'rotated', seeded!.id, operator());
    await seed(ports, 'client', aClient('rotated', 'one', { client_name: 'Renamed' }), deployment(), 'first');
    expect(await live()).toEqual([added]);
    await seed(ports, 'client', aClient('rotated', 'one'), deployment(), 'second');
    expect((await live()).map(({ digest }) => digest)).toEqual([added!.digest, 'second']);
  });
});
