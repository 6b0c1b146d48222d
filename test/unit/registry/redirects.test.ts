import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dynamoRegistryStore } from '../../../lambdas/adapters/dynamodb/registry-store.ts';
import { carryOutRedirect, redirectIdOf } from '../../../lambdas/functions/registrar/redirects.ts';
import type { RegistryStore } from '../../../lambdas/ports/registry-store.ts';
import type { Client } from '../../../lambdas/ports/registry.ts';
import type { Author } from '../../../lambdas/registry/author.ts';
import { readTrusted } from '../../../lambdas/registry/rules.ts';
import { seed } from '../../../lambdas/registry/seeding.ts';
import { instant } from '../../../lambdas/runtime/clock.ts';
import type { AuditEvent } from '../../../lambdas/runtime/events.ts';
import type { ClientId, Issuer } from '../../../lambdas/runtime/identifiers.ts';
import { systemRandom } from '../../../lambdas/runtime/random.ts';
import { startTables, type TestTables } from '../../support/dynamodb.ts';

type Event = Parameters<typeof carryOutRedirect>[1];

const context = { issuer: 'https://auth.example.com' as Issuer, hosts: 'public' as const };
const uri = 'https://bedrock-agentcore.us-east-1.amazonaws.com/identities/oauth2/callback/one';
const other = 'https://bedrock-agentcore.us-east-1.amazonaws.com/identities/oauth2/callback/two';
let tables: TestTables;
let store: RegistryStore;
let audited: AuditEvent[];

beforeAll(async () => {
  tables = await startTables();
  store = dynamoRegistryStore({ client: tables.client(), table: tables.registry, grants: tables.grants });
});
afterAll(async () => {
  await tables.stop();
});

describe('a deployment', () => {
  it('attaches a redirect URI once, however often it is asked', async () => {
    await aClient('attached');
    expect(await carriedOut('Create', 'attached', uri, 'One')).toBe('done');
    expect(await carriedOut('Create', 'attached', uri, 'One')).toBe('done');
    expect(await attachedTo('attached')).toEqual([{ uri, by: 'Sample/One' }]);
    expect(audited).toEqual([]);
  });

  it('tells the audit trail of each change', async () => {
    await aClient('told');
    const told = { event: 'registration_changed', kind: 'client', id: 'told', by: 'deployment/Sample' };
    await carriedOut('Create', 'told', uri, 'One');
    expect(audited).toEqual([{ ...told, change: 'redirect_attached' }]);
    await carriedOut('Delete', 'told', uri, 'One');
    expect(audited).toEqual([{ ...told, change: 'redirect_detached' }]);
  });

  it('takes away what the same resource attached, and never what another did', async () => {
    await aClient('shared');
    await carriedOut('Create', 'shared', uri, 'One');
    await carriedOut('Create', 'shared', uri, 'Two');
    await carriedOut('Create', 'shared', other, 'Two');
    await carriedOut('Delete', 'shared', uri, 'One');
    expect(await attachedTo('shared')).toEqual([
      { uri, by: 'Sample/Two' },
      { uri: other, by: 'Sample/Two' },
    ]);
    await carriedOut('Delete', 'shared', uri, 'Two');
    await carriedOut('Delete', 'shared', other, 'Two');
    expect(await attachedTo('shared')).toBeUndefined();
  });

  it('keeps what is attached when the client is declared anew', async () => {
    await aClient('redeployed');
    await carriedOut('Create', 'redeployed', uri, 'One');
    await aClient('redeployed', { redirect_uris: ['https://app.example.com/callback'] });
    expect(await found('redeployed')).toMatchObject({
      redirectUris: ['https://app.example.com/callback'],
      attachedRedirectUris: [{ uri, by: 'Sample/One' }],
    });
    await aClient('redeployed');
    expect(await found('redeployed')).not.toHaveProperty('redirectUris');
    expect(await attachedTo('redeployed')).toHaveLength(1);
  });

  it('loses none of those that are attached at once', async () => {
    await aClient('busy');
    const attachments = Array.from({ length: 4 }, (_, index) =>
      carriedOut('Create', 'busy', `${uri}-${index}`, `One${index}`),
    );
    expect(await Promise.all(attachments)).toEqual(Array(4).fill('done'));
    expect(await attachedTo('busy')).toHaveLength(4);
  });

  it('finds gone what was never there, and a client that is gone', async () => {
    await aClient('bare');
    expect(await carriedOut('Delete', 'bare', uri, 'One')).toBe('done');
    expect(await carriedOut('Delete', 'nobody', uri, 'One')).toBe('done');
    expect(audited).toEqual([]);
  });

  it('touches nothing for an attachment that was refused', async () => {
    await aClient('refused');
    await carriedOut('Create', 'refused', uri, 'One');
    expect(await carriedOut('Delete', 'refused', uri, 'One', 'not-created/One')).toBe('done');
    expect(await attachedTo('refused')).toHaveLength(1);
  });

  it('is told what is wrong', async () => {
    await aClient('wrong');
    expect(await carriedOut('Create', 'wrong', 'http://example.com/callback', 'One')).toBe(
      'RedirectUri "http://example.com/callback": must be an https URL without fragment',
    );
    expect(await carriedOut('Create', 'nobody', uri, 'One')).toBe('there is no client "nobody"');
    await aClient('foreign', {}, 'Another');
    expect(await carriedOut('Create', 'foreign', uri, 'One')).toBe(
      'client "foreign" was registered by deployment/Another, and a deployment changes only its own: add the redirect URI there',
    );
    expect(await outcomeOf({ ...event('Create', 'wrong', uri, 'One'), ResourceProperties: {} })).toBe(
      'ClientId and RedirectUri must be text',
    );
  });
});

describe('an attachment', () => {
  it('is another one for another client or another URI', () => {
    const ids = [
      event('Create', 'one', uri, 'One'),
      event('Create', 'one', uri, 'Two'),
      event('Create', 'two', uri, 'One'),
      event('Create', 'one', other, 'One'),
    ].map(redirectIdOf);
    expect(ids[0]).toMatch(/^redirect\/one\//);
    expect(ids[1]).toBe(ids[0]);
    expect(new Set(ids).size).toBe(3);
    expect(redirectIdOf({ ...event('Create', 'one', uri, 'One'), ResourceProperties: {} })).toBeUndefined();
  });
});

async function aClient(id: string, changes: object = {}, deployment = 'Sample'): Promise<void> {
  const declared = {
    ...{ client_id: id, agent_id: 'planner', token_endpoint_auth_method: 'client_secret_basic' },
    ...changes,
  };
  const read = readTrusted('client', declared, context);
  if (!read.ok) throw new Error('not a client');
  const seeded = await seed(
    { store, random: systemRandom },
    'client',
    read.value,
    author(deployment),
    'digest',
  );
  if (!seeded.ok) throw new Error('not seeded');
}

async function found(id: string): Promise<Client | undefined> {
  return (await store.find('client', id as ClientId))?.thing;
}

async function attachedTo(id: string): Promise<Client['attachedRedirectUris']> {
  return (await found(id))?.attachedRedirectUris;
}

function carriedOut(
  request: Event['RequestType'],
  clientId: string,
  redirectUri: string,
  logicalId: string,
  physicalId?: string,
): Promise<string> {
  return outcomeOf(event(request, clientId, redirectUri, logicalId, physicalId));
}

async function outcomeOf(given: Event): Promise<string> {
  const seen: AuditEvent[] = [];
  audited = seen;
  const outcome = await carryOutRedirect({ store, audit: (each) => seen.push(each) }, given, author());
  return outcome.ok ? 'done' : outcome.refusal;
}

function event(
  RequestType: Event['RequestType'],
  ClientId: string,
  RedirectUri: string,
  LogicalResourceId: string,
  PhysicalResourceId = 'redirect/some',
): Event {
  return {
    ...{ RequestType, LogicalResourceId, ResourceProperties: { ClientId, RedirectUri } },
    ...(RequestType !== 'Create' && { PhysicalResourceId }),
    StackId: 'arn:aws:cloudformation:us-east-1:000000000000:stack/Sample/local',
  };
}

function author(deployment = 'Sample'): Author {
  const managedBy = { kind: 'deployment', deployment } as const;
  return { managedBy, at: instant(1_800_000_000), requestId: 'request' };
}
