import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Kind } from '../../lambdas/ports/registry-store.ts';
import { describe as sentence } from '../../lambdas/registry/refusal.ts';
import { readTrusted } from '../../lambdas/registry/rules.ts';
import type { Issuer } from '../../lambdas/runtime/identifiers.ts';
import { hostile, runs } from './arbitraries.ts';

const context = { issuer: 'https://auth.example.com' as Issuer, hosts: 'public' } as const;

/** What is wrong with the declaration, in one sentence; empty where nothing is. */
function faultOf(kind: Kind, input: unknown): string {
  const read = readTrusted(kind, input, context);
  return read.ok ? '' : sentence(read.refusal);
}

function nested(depth: number): unknown {
  return JSON.parse('['.repeat(depth) + ']'.repeat(depth)) as unknown;
}

const value = fc.oneof(hostile, fc.jsonValue(), fc.constant(['tools:read']));
const member = fc.constantFrom(
  ...['id', 'uri', 'kind', 'name', 'owner', 'scopes', 'catalogue', 'audience', 'agent_id', 'client_id'],
  ...['jwks', 'jwks_uri', 'grant_types', 'token_endpoint_auth_method', '__proto__', 'constructor'],
);
const declaration = fc.oneof(value, fc.dictionary(member, value));

describe('a declaration', () => {
  it.each(['resource', 'agent', 'client'] as const)('of a %s is read or refused in a sentence', (kind) => {
    fc.assert(
      fc.property(declaration, (input) => {
        expect(faultOf(kind, input)).toEqual(expect.any(String));
      }),
      runs,
    );
  });

  it('is refused by its field, however deep its value is nested', () => {
    expect(faultOf('agent', { id: nested(30_000) })).toMatch(/^id.*: must be text$/);
  });

  it.each(['constructor', '__proto__', 'toString'])('has no key of the type %s', (kty) => {
    const input = {
      client_id: 'signing-client',
      agent_id: 'planner',
      token_endpoint_auth_method: 'private_key_jwt',
      jwks: { keys: [{ kty, alg: 'RS256' }] },
    };
    expect(faultOf('client', input)).toMatch(/kty other than RSA, EC or OKP/);
  });
});
