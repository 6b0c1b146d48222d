import { describe, expect, it } from 'vitest';
import {
  readCredentials,
  type AuthorizationHeader,
} from '../../../lambdas/oauth/client-authentication/credentials.ts';
import { Secret } from '../../../lambdas/runtime/secret.ts';

const absent: AuthorizationHeader = { kind: 'absent' };
const basic: AuthorizationHeader = { kind: 'basic', clientId: 'planner', secret: new Secret('s') };
const jwtBearer = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

function read(values: Readonly<Record<string, string>>, header: AuthorizationHeader) {
  return readCredentials({ values: new Map(Object.entries(values)), resources: [] }, header, undefined);
}

describe('client credentials', () => {
  it('are read from HTTP Basic, with or without the same client_id beside it', () => {
    expect(read({}, basic)).toMatchObject({ ok: true, value: { kind: 'secret', clientId: 'planner' } });
    expect(read({ client_id: 'planner' }, basic)).toMatchObject({ ok: true });
  });

  it('are read from the body', () => {
    const credentials = read({ client_id: 'planner', client_secret: 's' }, absent);
    expect(credentials).toMatchObject({ ok: true, value: { kind: 'secret', clientId: 'planner' } });
  });

  it('are read from an assertion, with or without client_id', () => {
    const assertion = { client_assertion: 'a.b.c', client_assertion_type: jwtBearer };
    expect(read(assertion, absent)).toMatchObject({
      ok: true,
      value: { kind: 'assertion', clientId: undefined },
    });
    expect(read({ ...assertion, client_id: 'planner' }, absent)).toMatchObject({
      value: { clientId: 'planner' },
    });
  });

  it('are nothing but a name for a public client', () => {
    expect(read({ client_id: 'planner' }, absent)).toEqual({
      ok: true,
      value: { kind: 'none', clientId: 'planner' },
    });
  });

  it('never show a secret when they are written out', () => {
    expect(JSON.stringify(read({ client_id: 'planner', client_secret: 'hidden' }, absent))).not.toContain(
      'hidden',
    );
  });

  it.each([
    ['nothing', {}, absent, 'client_not_authenticated'],
    ['a secret alone', { client_secret: 's' }, absent, 'client_not_authenticated'],
    ['another scheme', {}, { kind: 'unusable' } as const, 'authorization_header_unusable'],
    [
      'Basic and a secret',
      { client_id: 'planner', client_secret: 's' },
      basic,
      'several_authentication_methods',
    ],
    ['Basic and an assertion', { client_assertion: 'a.b.c' }, basic, 'several_authentication_methods'],
    ['Basic and another client_id', { client_id: 'other' }, basic, 'several_authentication_methods'],
    [
      'a secret and an assertion',
      { client_secret: 's', client_assertion_type: jwtBearer },
      absent,
      'several_authentication_methods',
    ],
    ['an assertion without its type', { client_assertion: 'a.b.c' }, absent, 'assertion_incomplete'],
    ['a type without an assertion', { client_assertion_type: jwtBearer }, absent, 'assertion_incomplete'],
    [
      'an assertion of another type',
      {
        client_assertion: 'a',
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:saml2-bearer',
      },
      absent,
      'assertion_type_unknown',
    ],
  ])('are refused as %s', (_what, values, header, reason) => {
    expect(read(values as unknown as Record<string, string>, header)).toEqual({
      ok: false,
      refusal: { reason },
    });
  });
});
