import { describe, expect, it } from 'vitest';
import { withEgress } from '../../../../lambdas/oauth/egress/egress-access.ts';
import { toWire } from '../../../../lambdas/oauth/refusal.ts';
import type { TokenRequest } from '../../../../lambdas/oauth/token-request.ts';
import { tokenIssuer } from '../../../../lambdas/oauth/tokens/issue.ts';
import type { AgentId, ClientId, GrantId, ResourceId } from '../../../../lambdas/runtime/identifiers.ts';
import { verifies } from '../../../spec/verifies.ts';
import { aKeyRing, aResource, aSigningKey, issuer, now, processSigner, scopes } from '../mothers.ts';
import {
  alice,
  aProvider,
  asItself,
  aVaultIssuer,
  github,
  onBehalf,
  triage,
  type VaultIssuer,
} from './a-vault-issuer.ts';

async function refusalOf(vault: VaultIssuer, request: TokenRequest) {
  const outcome = await vault.requestToken(request, now);
  return outcome.ok ? 'granted' : toWire(outcome.refusal);
}

describe('no token for a third party is given', () => {
  it.each<[string, VaultIssuer, TokenRequest, string]>([
    [
      'to an agent for itself that has no account',
      aVaultIssuer(),
      asItself(),
      'the accounts at this third party are those of people',
    ],
    [
      'to an agent of no group for itself',
      aVaultIssuer({ provider: aProvider({ groups: [{ ...triage, agents: ['other' as AgentId] }] }) }),
      asItself(),
      'the accounts at this third party are those of people',
    ],
    [
      'in the name of another agent',
      aVaultIssuer({ subject: alice({ kind: 'agent', id: 'analyst-client' }) }),
      onBehalf(),
      'the subject_token is of no person',
    ],
    [
      'in the name of a person who signs in nowhere here',
      aVaultIssuer({ subject: withoutIdp() }),
      onBehalf(),
      'the subject_token is of nobody who does',
    ],
    [
      'while the third party is disabled',
      aVaultIssuer({ provider: aProvider({ state: 'disabled' }) }),
      onBehalf(),
      'disabled here, or registered no more',
    ],
    [
      'once it is gone',
      aVaultIssuer({ provider: 'none' }),
      onBehalf(),
      'disabled here, or registered no more',
    ],
    [
      'where the other function knows it no more',
      aVaultIssuer({ standing: { kind: 'provider_gone' } }),
      onBehalf(),
      'disabled here, or registered no more',
    ],
    [
      'for scopes that it has no rules for',
      aVaultIssuer({ provider: aProvider({ scopes: [] }) }),
      onBehalf(),
      'nothing is defined at the third party',
    ],
    [
      'that would be too large to be sent',
      aVaultIssuer({
        provider: aProvider({
          scopes: aProvider().scopes.map((scope) => ({
            ...scope,
            rules: Array.from({ length: 40 }, (_, at) => ({
              methods: ['GET'],
              path: `/repos/*/*/things-of-a-long-name-${at}/*`,
            })),
          })),
        }),
      }),
      onBehalf(),
      'name fewer scopes at a time',
    ],
  ])('%s', async (_what, vault, request, words) => {
    expect(await refusalOf(vault, request)).toMatchObject({
      status: 400,
      description: expect.stringContaining(words) as unknown,
    });
  });

  verifies(
    'vestibule:egress-policy',
    'and nothing is asked about accounts, where policy does not let the agent',
    async () => {
      const vaults = [
        aVaultIssuer({ resource: { state: 'disabled' } }),
        aVaultIssuer({ subject: alice({ scope: { held: [] } }) }),
        aVaultIssuer({ provider: aProvider({ state: 'disabled' }) }),
      ];
      for (const vault of vaults) {
        expect(await refusalOf(vault, onBehalf())).toMatchObject({ status: 400 });
        expect(await refusalOf(vault, onBehalf({ scope: 'admin' }))).toMatchObject({ status: 400 });
        expect(vault.asked).toEqual([]);
      }
    },
  );

  const target = aResource({ id: 'github' as ResourceId, uri: github, kind: 'egress' });
  const plan = {
    ...{ subject: 'person.alice', clientId: 'planner-client' as ClientId, agentId: 'planner' as AgentId },
    ...{ audience: github, resource: target, scope: scopes('issues.read') },
  };
  const granted = { id: 'granted' as GrantId, roles: [] };
  const asserted = {
    kind: 'person',
    actors: [],
    mode: 'delegation',
    jtis: ['assertion'],
    holders: [],
  } as const;
  const ports = {
    issuer,
    providers: { find: () => Promise.resolve(aProvider()) },
    connecting: {
      standing: () => Promise.reject(new Error('nobody asks')),
      narrow: () => Promise.reject(new Error('nobody asks')),
    },
  };

  it.each([
    ['on the grant of a person to its own client', { ...plan, granted }],
    ['on the assertion of an issuer', { ...plan, granted, exchanged: asserted }],
  ])('%s', async (_what, decided) => {
    expect(await withEgress(ports, decided, { now, isExact: false })).toMatchObject({
      ok: false,
      refusal: { why: 'not_by_this_grant', error: 'invalid_target' },
    });
  });

  it('to a client of no agent', async () => {
    const { agentId, ...server } = plan;
    expect(agentId).toBe('planner');
    expect(await withEgress(ports, server, { now, isExact: false })).toMatchObject({
      refusal: { why: 'client_of_no_agent', error: 'unauthorized_client' },
    });
  });

  it('in a deployment that knows none', async () => {
    expect(await withEgress(undefined, plan, { now, isExact: false })).toMatchObject({
      refusal: { why: 'provider_not_active' },
    });
  });

  it('that would say nothing of what it allows', async () => {
    const issue = tokenIssuer({
      ...{ issuer, lifetimeSeconds: 900, random: () => 'random', signer: processSigner },
      keyRings: { current: () => Promise.resolve(aKeyRing(aSigningKey())) },
      opaque: { keep: () => Promise.resolve() },
    });
    await expect(issue({ plan }, now)).rejects.toThrow('says which requests it allows');
  });
});

function withoutIdp() {
  const { idp, ...subject } = alice();
  return idp === undefined ? alice() : subject;
}
