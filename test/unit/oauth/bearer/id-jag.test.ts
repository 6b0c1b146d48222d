import { describe, expect, it } from 'vitest';
import { readIdJag } from '../../../../lambdas/oauth/bearer/id-jag.ts';
import type { ClientId } from '../../../../lambdas/runtime/identifiers.ts';
import { issuer, now } from '../mothers.ts';

const company = 'https://idp.example.com';
const expected = { issuer, clientId: 'desk' as ClientId };

const flawless = {
  ...{ iss: company, sub: 'U019488227', aud: issuer, client_id: 'desk', jti: 'jag-1' },
  ...{ iat: now - 10, exp: now + 290 },
};

/** What is wrong with a flawless ID-JAG once these are laid over it; `undefined` removes one. */
function faultOf(claims: Readonly<Record<string, unknown>>): string | undefined {
  const laid = Object.entries<unknown>({ ...flawless, ...claims }).filter(([, value]) => value !== undefined);
  const read = readIdJag(Object.fromEntries(laid), expected, now);
  return read.ok ? undefined : read.refusal.description.replace(/^the assertion /, '');
}

describe('an ID-JAG', () => {
  it('is read whole', () => {
    const read = readIdJag(
      {
        ...flawless,
        ...{
          aud: [issuer],
          resource: ['https://a.example.com', 'https://b.example.com'],
          scope: 'read write',
        },
        ...{
          cnf: { jkt: '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I' },
          tenant: 'acme',
          aud_sub: 'person.1',
        },
        ...{ auth_time: now - 60.5, acr: 'high', amr: ['mfa', 'hwk'], act: { sub: 'desk' } },
        ...{ email: 'alice@example.com', given_name: 'Alice' },
      },
      expected,
      now,
    );
    expect(read).toEqual({
      ok: true,
      value: {
        ...{ issuer: company, subject: 'U019488227', jti: 'jag-1', deadAt: now + 320 },
        ...{ resources: ['https://a.example.com', 'https://b.example.com'], scope: ['read', 'write'] },
        ...{ jkt: '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I', tenant: 'acme' },
        ...{ audienceSubject: 'person.1', authTime: now - 61, acr: 'high', amr: ['mfa', 'hwk'] },
      },
    });
  });

  it.each(['iss', 'sub', 'aud', 'client_id', 'jti', 'exp', 'iat'])('is none without %s', (claim) => {
    const needed = 'must carry iss, sub, aud, client_id, jti, exp and iat';
    expect(faultOf({ [claim]: undefined })).toBe(needed);
    expect(faultOf({ [claim]: '' })).toBe(claim === 'aud' ? forAnother : needed);
    expect(faultOf({ [claim]: { nested: 1 } })).toBe(needed);
  });

  const forAnother = 'must have the issuer of this server as its only aud';

  it.each([
    ['another server', 'https://other.example.com'],
    ['this server with a slash', `${issuer}/`],
    ['the token endpoint', `${issuer}/token`],
    ['nobody', []],
    ['this server and another', [issuer, 'https://other.example.com']],
    ['this server twice', [issuer, issuer]],
    ['no text', [7]],
  ])('is not taken that is for %s', (_, aud) => {
    expect(faultOf({ aud })).toBe(forAnother);
  });

  it('is for the client that presents it', () => {
    expect(faultOf({ client_id: 'house' })).toBe(
      'was issued to another client than the one that presents it',
    );
  });

  it.each([
    ['is expired', { exp: now - 30 }],
    ['must expire within 3600 seconds', { exp: now + 3_631 }],
    ['is not valid yet', { nbf: now + 31 }],
    ['was issued in the future', { iat: now + 31 }],
  ])('%s', (fault, claims) => {
    expect(faultOf(claims)).toBe(fault);
  });

  it.each([
    ['resource', 7],
    ['resource', []],
    ['resource', [7]],
    ['scope', ['read']],
    ['scope', ''],
    ['cnf', {}],
    ['cnf', { jkt: 'short' }],
    ['cnf', { 'x5t#S256': '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I' }],
    ['cnf', { jkt: '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I', jwk: {} }],
    ['act', 'desk'],
    ['tenant', 7],
    ['aud_sub', ''],
    ['auth_time', 'noon'],
    ['acr', 1],
    ['amr', 'mfa'],
    ['nbf', '1'],
  ])('is not taken with %s in a form that nobody knows: %j', (claim, value) => {
    expect(faultOf({ [claim]: value })).toContain(`has ${claim}`);
  });

  it('is not taken with a scope of two spaces in a row', () => {
    expect(faultOf({ scope: 'read  write' })).toBe(
      'has a scope that is not a list of names and single spaces',
    );
  });

  it.each([
    [{ authorization_details: [{ type: 'chat' }] }, 'authorization_details'],
    [{ aud_tenant: 'acme' }, 'aud_tenant'],
    [{ act: { sub: 'a-robot' } }, 'act'],
    [{ act: { sub: 'desk', act: { sub: 'a-robot' } } }, 'act'],
  ])('is not taken where it says more than the token could: %j', (claims, named) => {
    expect(faultOf(claims)).toContain(`must not carry ${named}`);
  });
});
