import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseFields } from '../../lambdas/http/form.ts';
import { readAuthorizationRequest } from '../../lambdas/oauth/authorization/read-authorization-request.ts';
import { aPersonalClient, callback, flawless } from '../unit/oauth/an-authorization-request.ts';
import { aResource, now } from '../unit/oauth/mothers.ts';
import { hostile, runs } from './arbitraries.ts';

const view = { client: aPersonalClient(), resource: aResource() };
const names = [
  ...Object.keys(flawless),
  ...['prompt', 'max_age', 'nonce', 'response_mode', 'request', 'login_hint', 'acr_values', 'claims'],
];

/** A flawless request in which something is replaced, left out, repeated or added. */
const requests = fc
  .array(
    fc.tuple(fc.constantFrom(...names), fc.oneof(hostile, fc.constantFrom(...Object.values(flawless), ''))),
    {
      maxLength: 4,
    },
  )
  .chain((changes) =>
    fc.boolean().map((repeats): readonly (readonly [string, string])[] => {
      const changed = new Set(changes.map(([name]) => name));
      const kept = Object.entries(flawless).filter(([name]) => repeats || !changed.has(name));
      return [...kept, ...changes.map(([name, value]) => [name, value.toWellFormed()] as const)];
    }),
  );

function read(fields: readonly (readonly [string, string])[]) {
  const text = new URLSearchParams(fields.map(([name, value]): [string, string] => [name, value])).toString();
  const parsed = parseFields(text);
  if (!parsed.ok) throw new Error('well-formed text');
  return { parameters: parsed.value, outcome: readAuthorizationRequest(parsed.value, view, now) };
}

describe('the reader of authorization requests', () => {
  it('sends nothing anywhere but to the registered redirect URI, with the state that came', () => {
    fc.assert(
      fc.property(requests, (fields) => {
        const { parameters, outcome } = read(fields);
        const back = outcome.ok ? outcome.value : outcome.refusal.tell === 'client' && outcome.refusal.back;
        if (back === false) return;
        expect(back.redirectUri).toBe(callback);
        const state = parameters.repeated.has('state') ? undefined : parameters.values.get('state');
        expect(back.state).toBe(state);
      }),
      runs,
    );
  });

  it('takes no request without a challenge by S256, nor one with a repeated parameter', () => {
    fc.assert(
      fc.property(requests, (fields) => {
        const { parameters, outcome } = read(fields);
        if (!outcome.ok) return;
        expect([...parameters.repeated]).toEqual([]);
        expect(parameters.values.get('code_challenge_method')).toBe('S256');
        expect(outcome.value.codeChallenge).toMatch(/^[A-Za-z0-9_-]{43}$/);
        expect(parameters.values.get('response_type')).toBe('code');
      }),
      runs,
    );
  });

  it('asks a person for nothing that the resource does not define', () => {
    fc.assert(
      fc.property(requests, (fields) => {
        const { outcome } = read(fields);
        if (!outcome.ok) return;
        const { access } = outcome.value;
        const known = ['openid', 'profile', 'email', 'offline_access', 'tools:read', 'tools:write'];
        expect(access.scope.filter((name) => !known.includes(name))).toEqual([]);
        expect(access.scope.length).toBeGreaterThan(0);
        expect([undefined, aResource().uri]).toContain(access.resource);
      }),
      runs,
    );
  });

  it('describes every refusal in the characters of an error_description (RFC 6749 §4.1.2.1)', () => {
    fc.assert(
      fc.property(requests, (fields) => {
        const { outcome } = read(fields);
        if (outcome.ok || outcome.refusal.tell === 'person') return;
        expect(outcome.refusal.refusal.description).toMatch(/^[\x20\x21\x23-\x5B\x5D-\x7E]+$/);
      }),
      runs,
    );
  });
});
