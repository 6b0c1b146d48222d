import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Actor, actorName, type Exchanged } from '../../lambdas/oauth/exchange/chain.ts';
import { nextLink } from '../../lambdas/oauth/exchange/next-link.ts';
import { ownSubject } from '../../lambdas/oauth/exchange/own-subject.ts';
import type { Subject } from '../../lambdas/oauth/exchange/subject.ts';
import type { TokenPlan } from '../../lambdas/oauth/grants/grant.ts';
import { type AccessTokenClaims, accessTokenClaims } from '../../lambdas/oauth/tokens/access-token.ts';
import { claimsOf } from '../../lambdas/oauth/tokens/read-access-token.ts';
import { actorsOf, isWholeChain } from '../../lambdas/oauth/tokens/token-chain.ts';
import { after, instant, type Instant } from '../../lambdas/runtime/clock.ts';
import type { AgentId, ClientId, GrantId } from '../../lambdas/runtime/identifiers.ts';
import { issuer, now, scopes } from '../unit/oauth/mothers.ts';
import { runs } from './arbitraries.ts';

const actor: fc.Arbitrary<Actor> = fc
  .record({ number: fc.nat({ max: 11 }), isAgent: fc.boolean() })
  .map(({ number, isAgent }) => ({
    clientId: `${isAgent ? 'client-of' : 'server'}-${number}` as ClientId,
    ...(isAgent && { agentId: `agent-${number}` as AgentId }),
  }));
const mode = fc.constantFrom<Exchanged['mode']>('delegation', 'impersonation');
const person = `person.${'a'.repeat(43)}`;

/** The token that a chain begins with: a person's, through a client of an agent or of none, or an agent's own. */
const first = fc.record({
  holder: actor,
  isPersons: fc.boolean(),
  life: fc.integer({ min: 300, max: 3_600 }),
});
const step = fc.record({ actor, mode, life: fc.integer({ min: 300, max: 3_600 }) });

function issue(plan: Partial<TokenPlan>, holder: Actor, jti: string, expiresAt: Instant): AccessTokenClaims {
  const claims = accessTokenClaims(
    {
      ...{ subject: holder.clientId, audience: 'https://mcp.example.com/mcp', scope: scopes('tools:read') },
      ...holder,
      ...plan,
    },
    { issuer, jti, issuedAt: now, expiresAt },
  );
  // As the wire carries it, and as every reader of ours reads it.
  return claimsOf(JSON.parse(JSON.stringify(claims)));
}

function firstToken({ holder, isPersons, life }: typeof first extends fc.Arbitrary<infer T> ? T : never) {
  const granted = { id: 'grant' as GrantId, roles: ['reader'], acr: 'mfa', amr: ['pwd', 'otp'] };
  const ofPerson = isPersons ? { subject: person, granted } : {};
  return issue(ofPerson, holder, 'jti-0', after(now, life));
}

function follow(subject: Subject, link: Exchanged, holder: Actor, jti: string, life: number) {
  const until = instant(Math.min(after(now, life), subject.expiresAt));
  const granted = subject.granted && { granted: subject.granted };
  return issue({ subject: subject.id, exchanged: link, ...granted }, holder, jti, until);
}

describe('the chain of exchanged tokens', () => {
  it('names everybody who acts, once and in their order, however it came about', () => {
    fc.assert(
      fc.property(
        first,
        fc.array(step, { maxLength: 12 }),
        fc.integer({ min: 1, max: 8 }),
        (root, steps, most) => {
          let token = firstToken(root);
          const acted = new Set([actorName(root.holder)]);
          const jtis = [token.jti];
          for (const [index, { actor: next, mode: wanted, life }] of steps.entries()) {
            const subject = ownSubject(token);
            const link = nextLink(subject, next, { mode: wanted, maximumDepth: most });
            if (acted.has(actorName(next))) expect(link.ok).toBe(false);
            if (!link.ok) continue;
            const followed = follow(subject, link.value, next, `jti-${index + 1}`, life);
            expect(followed.exp).toBeLessThanOrEqual(token.exp);
            expect(followed.sub).toBe(token.sub);
            expect(followed.jti_chain).toEqual(jtis);
            expect(followed.jti_chain?.length).toBeLessThanOrEqual(most);
            expect(actorsOf(followed).length).toBeLessThanOrEqual(most);
            expect(followed).toMatchObject(pick(token, ['grant_id', 'roles', 'acr', 'amr']));
            acted.add(actorName(next));
            jtis.push(followed.jti);
            token = followed;
          }
          const named = actorsOf(token).map(({ sub }) => sub);
          expect(new Set(named).size).toBe(named.length);
          for (const name of named) expect(acted).toContain(name);
        },
      ),
      runs,
    );
  });

  it('is read as what was written', () => {
    fc.assert(
      fc.property(first, step, step, (root, one, other) => {
        const token = firstToken(root);
        const link = nextLink(ownSubject(token), one.actor, { mode: 'delegation', maximumDepth: 8 });
        if (!link.ok) return;
        const followed = ownSubject(follow(ownSubject(token), link.value, one.actor, 'jti-1', one.life));
        expect(followed).toMatchObject({ actors: link.value.actors, jtis: ['jti-0', 'jti-1'] });
        expect(followed.holders.map(actorName)).toEqual([root.holder, one.actor].map(actorName));
        const second = nextLink(followed, other.actor, { mode: other.mode, maximumDepth: 8 });
        if (second.ok) expect(second.value.mode).toBe('delegation');
      }),
      runs,
    );
  });

  it('is no whole one once a holder or the id of a token was taken out or put in, or an actor was made up', () => {
    fc.assert(
      fc.property(first, step, actor, (root, { actor: next, life }, stranger) => {
        const token = firstToken(root);
        const link = nextLink(ownSubject(token), next, { mode: 'delegation', maximumDepth: 8 });
        if (!link.ok || actorName(stranger) === actorName(next)) return;
        const whole = follow(ownSubject(token), link.value, next, 'jti-1', life);
        const { jti_chain: jtis = [], client_chain: holders = [], act } = whole;
        const made = { sub: actorName(stranger), client_id: stranger.clientId };
        expect(isWholeChain(whole)).toBe(true);
        expect(isWholeChain({ ...whole, jti_chain: [] })).toBe(false);
        expect(isWholeChain({ ...whole, jti_chain: [...jtis, ...jtis] })).toBe(false);
        expect(isWholeChain({ ...whole, client_chain: [...holders, ...holders] })).toBe(false);
        expect(isWholeChain({ ...whole, act: { ...made, ...(act && { act }) } })).toBe(false);
        expect(isWholeChain({ ...whole, exp: token.exp + 1 })).toBe(false);
      }),
      runs,
    );
  });
});

function pick<Name extends keyof AccessTokenClaims>(token: AccessTokenClaims, names: readonly Name[]) {
  return Object.fromEntries(
    names.flatMap((name) => (token[name] === undefined ? [] : [[name, token[name]]])),
  );
}
