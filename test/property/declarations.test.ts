import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Kind } from '../../lambdas/ports/registry-store.ts';
import { strategyKinds } from '../../lambdas/registry/exchange-strategy.ts';
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

/** A character of two halves without its second. */
const half = '\ud83d';
const publicKey = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' });

function aResource(changes: object): object {
  return { id: 'demo', uri: 'https://mcp.example.com/mcp', name: 'Demo', ...changes };
}

function aClient(changes: object): object {
  const method = { token_endpoint_auth_method: 'private_key_jwt' };
  return { client_id: 'signing-client', agent_id: 'planner', ...method, ...changes };
}

const value = fc.oneof(hostile, fc.jsonValue(), fc.constant(['tools:read']));
const member = fc.constantFrom(
  ...['id', 'uri', 'kind', 'name', 'owner', 'scopes', 'catalogue', 'audience', 'agent_id', 'client_id'],
  ...['jwks', 'jwks_uri', 'grant_types', 'token_endpoint_auth_method', '__proto__', 'constructor'],
  ...['idp', 'strategy', 'api', 'credential', 'agents', 'groups'],
);
const declaration = fc.oneof(value, fc.dictionary(member, value));

describe('a declaration', () => {
  it.each(['resource', 'agent', 'client', 'api', 'provider'] as const)(
    'of a %s is read or refused in a sentence',
    (kind) => {
      fc.assert(
        fc.property(declaration, (input) => {
          expect(faultOf(kind, input)).toEqual(expect.any(String));
        }),
        runs,
      );
    },
  );

  it('of an API is read or refused in a sentence, whatever stands for how it is asked for', () => {
    const whole = {
      id: 'files',
      uri: 'https://files.example.com',
      idp: 'company',
      scopes: [{ name: 'read' }],
    };
    const part = fc.constantFrom(
      'audience',
      'client_id',
      'issuer',
      'token_endpoint',
      'presents',
      '__proto__',
    );
    const strategy = fc
      .tuple(fc.constantFrom(...strategyKinds), fc.dictionary(part, value))
      .map(([kind, members]) => ({ ...members, kind }));
    fc.assert(
      fc.property(strategy, (way) => {
        expect(faultOf('api', { ...whole, strategy: way })).toMatch(/^$|^strategy/);
      }),
      runs,
    );
  });

  it('of a third party is read or refused in a sentence, whatever stands for a path of it', () => {
    const segment = fc.oneof(
      fc.constantFrom('*', '**', '..', '.', '%2e', '%2F', '%5C', '%25', '%C3%A9', '%A0', 'repos', ''),
      fc.string({ maxLength: 4 }),
    );
    const path = fc.array(segment, { maxLength: 4 }).map((segments) => `/${segments.join('/')}`);
    fc.assert(
      fc.property(path, (written) => {
        const rules = [{ methods: ['GET'], path: written }];
        const fault = faultOf('provider', {
          ...{ id: 'tracker', name: 'Tracker', credential: { kind: 'basic' } },
          ...{ api: { origins: ['https://a.example.com'] }, scopes: [{ name: 'read', rules }] },
        });
        expect(fault).toMatch(/^$|^scopes\[0\]\.rules\[0\]\.path/);
        if (fault !== '') return;
        const decoded = written.split('/').slice(1).map(decodeURIComponent);
        expect(decoded.filter((part) => /^\.{0,2}$|[/\\%]|\p{Cc}/u.test(part))).toEqual(
          written === '/' ? [''] : [],
        );
      }),
      runs,
    );
  });

  it('is refused by its field, however deep its value is nested', () => {
    expect(faultOf('agent', { id: nested(30_000) })).toMatch(/^id.*: must be text$/);
  });

  it.each(['constructor', '__proto__', 'toString'])('has no key of the type %s', (kty) => {
    const input = aClient({ jwks: { keys: [{ kty, alg: 'RS256' }] } });
    expect(faultOf('client', input)).toMatch(/kty other than RSA, EC or OKP/);
  });

  it.each([
    ['name', 'agent', { id: 'planner', owner: 'team', catalogue: [], name: half }],
    ['scopes[0].description', 'resource', aResource({ scopes: [{ name: 'ask', description: half }] })],
    ['jwks_uri', 'client', aClient({ jwks_uri: `https://client.example.com/${half}` })],
    ['jwks.keys[0]', 'client', aClient({ jwks: { keys: [{ ...publicKey, kid: half }] } })],
    ['jwks.keys[0]', 'client', aClient({ jwks: { keys: [{ ...publicKey, key_ops: ['verify', half] }] } })],
  ] as const)('holds no half of a character, which nothing can store, in %s', (field, kind, input) => {
    expect(faultOf(kind, input).slice(0, field.length)).toBe(field);
  });

  it.each([5, null, {}, [['a']], true])('keeps no member of a key that is not text: %j', (n) => {
    const input = aClient({ jwks: { keys: [{ ...publicKey, n }] } });
    expect(faultOf('client', input)).toMatch(/^jwks\.keys\[0\].*not well-formed text$/);
  });
});
