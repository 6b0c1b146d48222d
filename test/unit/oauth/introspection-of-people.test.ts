import { expect, it } from 'vitest';
import type { Client } from '../../../lambdas/ports/registry.ts';
import type { ClientId, GrantId } from '../../../lambdas/runtime/identifiers.ts';
import { Secret } from '../../../lambdas/runtime/secret.ts';
import { aGrant } from '../../contract/store/mothers.ts';
import { aServerClient, aToken, aTokenJudge, theClaims, type TokenJudge } from './a-token-judge.ts';
import { aClient, now, theSecret } from './mothers.ts';

const claims = {
  ...{ sub: 'person.alice', grant_id: 'granted', roles: ['clerk'], auth_time: now, acr: '1', amr: ['pwd'] },
};
const terms = { ...aGrant().terms, id: 'granted' as GrantId };

function ofNoAgent(): { readonly clients: readonly Client[] } {
  const client = Object.fromEntries(Object.entries(aClient()).filter(([name]) => name !== 'agentId'));
  return { clients: [client as unknown as Client, aServerClient()] };
}

async function introspected(judge: TokenJudge, token: Promise<string>): Promise<unknown> {
  const outcome = await judge.introspect(
    {
      parameters: { values: new Map([['token', await token]]), resources: [] },
      authorization: { kind: 'basic', clientId: 'demo-server', secret: new Secret(theSecret) },
      ...{ requestId: 'request-1', sourceAddress: '192.0.2.1' },
    },
    now,
  );
  if (!outcome.ok) return outcome.refusal.reason;
  return outcome.value.active ? outcome.value.token : outcome.value.reason;
}

it("tells a resource server who granted a person's token, in what role, and that no agent acts", async () => {
  const judge = aTokenJudge({ ...ofNoAgent(), grant: { terms } });
  expect(await introspected(judge, aToken({ ...claims, agent_id: undefined }))).toEqual({
    ...Object.fromEntries(Object.entries(theClaims).filter(([name]) => name !== 'agent_id')),
    ...claims,
  });
  expect(judge.asked).toMatchObject([{ grantId: 'granted' }]);
  expect(judge.asked[0]).not.toHaveProperty('agentId');
  expect(judge.audited).toMatchObject([{ active: true, grantId: 'granted' }]);
});

it.each([
  ['the grant is ended', { grant: { terms, ended: { at: now, reason: 'revoked' } } }],
  ['the grant is gone', {}],
  ['the grant is of another client', { grant: { terms: { ...terms, clientId: 'other' as ClientId } } }],
])("finds a person's token inactive when %s", async (_what, input) => {
  expect(await introspected(aTokenJudge(input), aToken(claims))).toBe('grant_ended');
});

it.each([
  ['names an agent though its client has none', ofNoAgent(), {}],
  ['names no agent though its client has one', {}, { agent_id: undefined }],
])("finds a person's token inactive that %s", async (_what, input, changes) => {
  const judge = aTokenJudge({ ...input, grant: { terms } });
  expect(await introspected(judge, aToken({ ...claims, ...changes }))).toBe('agent_not_active');
});

const document = 'https://apps.example.com/client.json';
const policy = { customRedirectUris: [], pinnedCopies: false };

it.each([
  ['active while its host is taken', policy, 'active'],
  ['inactive once its host is denied', { ...policy, deny: ['*.example.com'] }, 'client_not_active'],
  ['inactive once its host is not allowed', { ...policy, allow: ['other.example'] }, 'client_not_active'],
  ['inactive once no metadata document is a client', undefined, 'client_not_active'],
])('finds a token of a client that is its metadata document %s', async (_what, documentPolicy, expected) => {
  const judge = aTokenJudge({
    grant: { terms: { ...terms, clientId: document as ClientId } },
    ...(documentPolicy && { documentPolicy }),
  });
  const token = aToken({ ...claims, client_id: document, agent_id: undefined });
  const found = await introspected(judge, token);
  expect(typeof found === 'object' ? 'active' : found).toBe(expected);
});
