import { describe, expect, it } from 'vitest';
import { withIdentityAssertions } from '../../../lambdas/oauth/asserting/assert-identity.ts';
import type { AssertionTerms } from '../../../lambdas/oauth/asserting/terms.ts';
import { provenAgent } from '../../../lambdas/oauth/client-authentication/authenticate-client.ts';
import { defineGrant } from '../../../lambdas/oauth/grants/grant.ts';
import { signJwt } from '../../../lambdas/oauth/tokens/sign-jwt.ts';
import type { StoredGrant } from '../../../lambdas/ports/grants.ts';
import type { IdentityProvider } from '../../../lambdas/ports/identity-providers.ts';
import type { PersonStanding } from '../../../lambdas/ports/people.ts';
import type { Agent, Client } from '../../../lambdas/ports/registry.ts';
import { instant } from '../../../lambdas/runtime/clock.ts';
import type { AgentId, ClientId, GrantId, IdpId } from '../../../lambdas/runtime/identifiers.ts';
import { aGrant } from '../../contract/store/mothers.ts';
import {
  aClient,
  aKeyRing,
  anAgent,
  aSigningKey,
  issuer,
  now,
  processSigner,
  registryOf,
  scopes,
} from './mothers.ts';

const type = (name: string): string => `urn:ietf:params:oauth:token-type:${name}`;
const chat = 'https://auth.chat.example';
const theTerms: AssertionTerms = {
  ...{ audience: chat, clients: [{ id: 'planner-client' as ClientId, there: 'planner-there' }], email: true },
  ...{ resources: ['https://one.example', 'https://two.example'], scopes: scopes('chat.read') },
};
const terms = { ...aGrant().terms, id: 'granted' as GrantId, agentId: 'planner' as AgentId };
const { state, managedBy, createdAt, updatedAt } = aClient();
const demo: IdentityProvider = {
  ...{ state, managedBy, createdAt, updatedAt, id: 'demo' as IdpId, name: 'Demo', profile: 'generic' },
  ...{ issuer: 'https://idp.example.com', clientId: 'ours', clientProof: { method: 'client_secret' } },
  ...{ dpop: false, scopes: ['openid'], domains: [], subjectClaim: 'sub', onLogout: 'sessions' },
};

interface Given {
  readonly client?: Partial<Client>;
  readonly agent?: Partial<Agent>;
  readonly terms?: Partial<AssertionTerms>;
  readonly grant?: Partial<StoredGrant>;
  readonly idp?: Partial<IdentityProvider>;
  readonly standing?: PersonStanding;
  /** Of the id_token. */
  readonly claims?: object;
  readonly typ?: string;
  readonly resources?: readonly string[];
}

const never = (): Promise<never> => Promise.reject(new Error('nothing of that is done'));

/** Why nobody is asserted; or who is, to whom. */
async function asserted(given: Given = {}): Promise<string> {
  const grant = aGrant({ terms, ...given.grant });
  const key = aSigningKey();
  const exchange = defineGrant({
    ...{ type: 'urn:ietf:params:oauth:grant-type:token-exchange' as const, parameters: [] },
    ...{ parse: () => ({ ok: true, value: undefined }) as const, decide: never },
  });
  const { redeem } = withIdentityAssertions(exchange, {
    ...{ issuer, terms: [{ ...theTerms, ...given.terms }], registry: registryOf({}) },
    keyRings: { current: () => Promise.resolve(aKeyRing(key)) },
    identityProviders: { all: () => Promise.resolve([{ ...demo, ...given.idp }]) },
    grants: {
      ...{ create: never, open: never, several: never, redeem: never, rotate: never },
      ...{ find: () => Promise.resolve(grant), end: () => Promise.resolve(true) },
    },
    standings: {
      ...{ check: () => Promise.resolve(given.standing ?? { kind: 'stands' }) },
      ...{ confirm: never, waiting: never, forget: () => Promise.resolve() },
    },
    ...{ random: () => 'random', life: { idle: 60, absolute: 600 }, planExchanged: never },
  });
  const idToken = await signJwt(processSigner, key, given.typ ?? 'JWT', {
    ...{ iss: issuer, sub: 'person.alice', aud: 'planner-client', exp: now + 60, grant_id: 'granted' },
    ...given.claims,
  });
  const outcome = await redeem(
    {
      values: new Map([
        ['subject_token', idToken],
        ['subject_token_type', type('id_token')],
        ['requested_token_type', type('id-jag')],
        ['audience', chat],
      ]),
      resources: given.resources ?? ['https://one.example'],
    },
    {
      client: provenAgent(anAgent(given.agent), aClient(given.client), undefined as never),
      ...{ now, requestId: 'request', certificate: undefined, possession: { ok: true, value: undefined } },
    },
  );
  if (outcome.ok) return `${outcome.value.plan.subject} to ${outcome.value.plan.audience}`;
  const { refusal } = outcome;
  return 'why' in refusal ? `${refusal.reason} ${refusal.why}` : refusal.reason;
}

const expired = 'exchange_refused subject_token_expired';

describe('a person is asserted to another server', () => {
  it('by the id_token of the client that the terms name', async () => {
    expect(await asserted()).toBe(`person.alice to ${chat}`);
    expect(await asserted({ terms: { idps: ['demo' as IdpId] } })).toBe(`person.alice to ${chat}`);
  });

  it.each<readonly [string, Given, string]>([
    ['a client that proves nothing', { client: { authentication: { method: 'none' } } }, 'grant_not_allowed'],
    ['an agent that is disabled', { agent: { state: 'disabled' } }, 'agent_disabled'],
    [
      'a client that was registered anew for another agent',
      { grant: { terms: { ...terms, agentId: 'analyst' as AgentId } } },
      'agent_changed',
    ],
    ['a client that the terms do not name', { terms: { clients: [] } }, 'exchange_refused not_agreed'],
    [
      'anybody for people of another provider than the terms name',
      { terms: { idps: ['other' as IdpId] } },
      'exchange_refused not_agreed',
    ],
    ['two resources at once', { resources: theTerms.resources }, 'several_resources'],
    ['a resource of nobody’s', { resources: ['https://three.example'] }, 'exchange_refused not_agreed'],
    ['a token of another type', { typ: 'at+jwt' }, 'exchange_refused subject_token_not_acceptable'],
    [
      'a token of another issuer',
      { claims: { iss: 'https://other.example' } },
      'exchange_refused subject_token_not_acceptable',
    ],
    [
      'an id_token of another client',
      { claims: { aud: 'analyst-client' } },
      'exchange_refused subject_token_of_another',
    ],
    ['an id_token that has just expired', { claims: { exp: now } }, expired],
    [
      'the grant of another client',
      { grant: { terms: { ...terms, clientId: 'analyst-client' as ClientId } } },
      expired,
    ],
    ['the grant of another person', { claims: { sub: 'person.bob' } }, expired],
    [
      'a grant that has ended',
      { grant: { ended: { at: instant(now - 1), reason: 'revoked' } } },
      'grant_ended revoked',
    ],
    ['a person whose provider is disabled', { idp: { state: 'disabled' } }, 'idp_disabled'],
    [
      'a person who stands no more',
      {
        grant: { terms: { ...terms, keptUpstream: true } },
        standing: { kind: 'ended', reason: 'upstream_refused' },
      },
      'grant_ended person_ended: upstream_refused',
    ],
  ])('never by %s', async (_who, given, why) => {
    expect(await asserted(given)).toBe(why);
  });
});
