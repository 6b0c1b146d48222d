import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { connectPath } from '../../lambdas/oauth/connect/find-provider.ts';
import { type Choice, chosenBy, fieldOf, isOffered } from '../../lambdas/oauth/connect/offer.ts';
import type { AgentId, EgressProviderId, ScopeName } from '../../lambdas/runtime/identifiers.ts';
import { hostile } from './arbitraries.ts';

const runs = { numRuns: 500 } as const;
const id = fc.stringMatching(/^[A-Za-z0-9_-]{1,8}$/);
const scopes = fc.uniqueArray(
  fc.stringMatching(/^[!#-[\]-~]{1,8}$/).map((name) => name as ScopeName),
  { maxLength: 4 },
);

const offered: fc.Arbitrary<readonly Choice[]> = fc
  .uniqueArray(fc.record({ agent: id.map((one) => one as AgentId), name: id, scopes }), {
    selector: ({ agent }) => agent,
    maxLength: 4,
  })
  .map((agents) =>
    agents.map((one) => ({ of: one.agent, name: one.name, agents: [one], scopes: one.scopes })),
  );

/** A form of somebody who ticks what is there, what is elsewhere, and what they made up. */
const forms = offered.chain((choices) => {
  const real = choices.flatMap((choice) => choice.scopes.map((scope) => fieldOf(choice, scope)));
  const crossed = choices.flatMap(({ of }) =>
    choices.flatMap((other) => other.scopes.map((s) => `let ${of} ${s}`)),
  );
  const names = fc.oneof(
    fc.constantFrom(...real, 'token'),
    fc.constantFrom(...crossed, 'group'),
    hostile,
    hostile.map((text) => `let ${text}`),
  );
  return fc.record({
    choices: fc.constant(choices),
    fields: fc.array(fc.tuple(names, fc.constant('yes'))).map((pairs) => new Map(pairs)),
  });
});

describe('what a form lets agents do', () => {
  it('is offered, ticked, and nothing beyond', () => {
    fc.assert(
      fc.property(forms, ({ choices, fields }) => {
        const chosen = chosenBy(choices, fields);
        const real = choices.flatMap((choice) => choice.scopes.map((scope) => fieldOf(choice, scope)));
        const madeUp = [...fields.keys()].filter((name) => name.startsWith('let ') && !real.includes(name));
        expect(chosen === undefined).toBe(madeUp.length > 0);
        if (chosen === undefined) return;
        expect(isOffered(choices, chosen)).toBe(true);
        const allowed = chosen.flatMap(({ agent, scopes: names }) =>
          names.map((name) => `let ${agent} ${name}`),
        );
        expect(allowed.sort()).toEqual(real.filter((name) => fields.has(name)).sort());
      }),
      runs,
    );
  });
});

describe('where a person comes back to', () => {
  it('is the page of that third party, whatever was asked', () => {
    fc.assert(
      fc.property(id, hostile, hostile, hostile, (provider, agent, scope, group) => {
        const path = connectPath(provider as EgressProviderId, { agent, scope, group });
        const url = new URL(path, 'https://auth.example.com');
        expect([url.origin, url.pathname, url.hash]).toEqual([
          'https://auth.example.com',
          `/connect/${provider}`,
          '',
        ]);
        expect(path.length).toBeLessThan(1_100);
      }),
      runs,
    );
  });
});
