import { describe, expect, it } from 'vitest';
import { checkAuthorizationEndpoint } from '../../../../lambdas/oauth/people/diagnosis/authorization-endpoint.ts';
import { checkClock } from '../../../../lambdas/oauth/people/diagnosis/clock.ts';
import { judgeDiscovery } from '../../../../lambdas/oauth/people/diagnosis/discovery.ts';
import { judgeKeys } from '../../../../lambdas/oauth/people/diagnosis/keys.ts';
import { noAnswerOf } from '../../../../lambdas/oauth/people/diagnosis/no-answer.ts';
import { stranger } from '../../../../lambdas/oauth/people/diagnosis/provider.ts';
import type { Seen } from '../../../../lambdas/ports/diagnosis.ts';
import { instant } from '../../../../lambdas/runtime/clock.ts';

const tenant = '11111111-2222-3333-4444-555555555555';
const microsoft = 'https://login.microsoftonline.com';
const answer = (body: object, headers = {}): Seen => ({
  ...{ kind: 'answer', status: 200, headers },
  body: JSON.stringify(body),
});

function ofEntra(issuer: string) {
  return answer({
    issuer,
    authorization_endpoint: `${microsoft}/${tenant}/oauth2/v2.0/authorize`,
    token_endpoint: `${microsoft}/${tenant}/oauth2/v2.0/token`,
    jwks_uri: `${microsoft}/${tenant}/discovery/v2.0/keys`,
    // As it has it: without code_challenge_methods_supported, and with its own scopes alone.
    response_types_supported: ['code', 'id_token', 'code id_token', 'id_token token'],
    scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
    token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt', 'client_secret_basic'],
    id_token_signing_alg_values_supported: ['RS256'],
  });
}

function codesOf(idp: ReturnType<typeof stranger>, seen: Seen): readonly string[] {
  return judgeDiscovery(idp, seen).findings.map(({ code }) => code);
}

describe('the discovery document of Entra', () => {
  const shared = `${microsoft}/organizations/v2.0`;
  const template = `${microsoft}/{tenantid}/v2.0`;

  it('is in order as Microsoft has it', () => {
    const issuer = `${microsoft}/${tenant}/v2.0`;
    expect(codesOf(stranger(issuer), ofEntra(issuer))).toEqual([]);
  });

  it('of all tenants is in order with a list of tenants only', () => {
    expect(codesOf(stranger(shared), ofEntra(template))).toEqual(['issuer_is_template']);
    expect(codesOf({ ...stranger(shared), tenants: [tenant] }, ofEntra(template))).toEqual([]);
    expect(codesOf({ ...stranger(shared), tenants: [tenant] }, ofEntra(shared))).toEqual(['issuer_mismatch']);
  });
});

describe('a connection that ends', () => {
  it('is told by the code of its error', () => {
    for (const code of ['DEPTH_ZERO_SELF_SIGNED_CERT', 'CERT_HAS_EXPIRED', 'ERR_TLS_CERT_ALTNAME_INVALID']) {
      expect(noAnswerOf(code)).toBe('tls');
    }
    expect(noAnswerOf('UNABLE_TO_VERIFY_LEAF_SIGNATURE')).toBe('tls');
    expect(['ENOTFOUND', 'EAI_AGAIN'].map(noAnswerOf)).toEqual(['name_unknown', 'name_unknown']);
    expect(['ECONNREFUSED', undefined].map(noAnswerOf)).toEqual(['unreachable', 'unreachable']);
  });

  it('at the authorization endpoint is a finding, but for a page that is long', () => {
    const idp = {
      ...stranger('https://idp.example.com'),
      clientId: 'c',
      callback: 'https://us.example.com/callback/a',
    };
    const at = (why: 'tls' | 'too_large') =>
      checkAuthorizationEndpoint(idp, 'https://idp.example.com/authorize', { kind: 'no_answer', why });
    expect(at('tls')).toMatchObject({ outcome: 'error', findings: [{ code: 'tls_invalid' }] });
    expect(at('too_large')).toMatchObject({ outcome: 'not_checked', findings: [] });
  });
});

describe('a clock', () => {
  const now = instant(1_800_000_000);
  const outcome = (offset: number, headers = {}): string => {
    const date = new Date((now + offset) * 1_000).toUTCString();
    return checkClock(answer({}, { date, ...headers }), now).outcome;
  };

  it('may be a minute off, either way, and no more', () => {
    expect([60, -60, 61, -61].map((offset) => outcome(offset))).toEqual(['good', 'good', 'error', 'error']);
  });

  it('is not misread for an answer that a cache kept', () => {
    expect(outcome(-300, { age: '300' })).toBe('good');
    expect(checkClock(answer({}), now).outcome).toBe('not_checked');
  });
});

it('a modulus counts by its bits, whatever stands before them', () => {
  const key = (modulus: Buffer) => ({ kty: 'RSA', kid: 'a', e: 'AQAB', n: modulus.toString('base64url') });
  const judged = (modulus: Buffer): readonly string[] =>
    judgeKeys(
      stranger('https://idp.example.com'),
      'https://idp.example.com/jwks',
      answer({ keys: [key(modulus)] }),
    ).map(({ code }) => code);
  const long = Buffer.alloc(256, 0xff);
  expect(judged(long)).toEqual([]);
  expect(judged(Buffer.concat([Buffer.alloc(8), long]))).toEqual([]);
  const short = Buffer.concat([Buffer.of(0x7f), long.subarray(1)]);
  expect(judged(short)).toEqual(['jwks_no_usable_key', 'jwks_weak_rsa']);
  expect(judged(Buffer.concat([Buffer.alloc(64), short]))).toEqual(['jwks_no_usable_key', 'jwks_weak_rsa']);
});
