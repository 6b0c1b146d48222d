import { describe, expect, it } from 'vitest';
import { toWire, type Refusal } from '../../../lambdas/oauth/refusal.ts';

type Expectation = readonly [status: number, error: string];
const invalidClient: Expectation = [401, 'invalid_client'];

/** Every reason there is, with the code a client sees: a missing one does not compile. */
const expected: {
  readonly [Reason in Refusal['reason']]: readonly [Extract<Refusal, { reason: Reason }>, Expectation];
} = {
  client_not_authenticated: [{ reason: 'client_not_authenticated' }, invalidClient],
  authorization_header_unusable: [{ reason: 'authorization_header_unusable' }, invalidClient],
  several_authentication_methods: [{ reason: 'several_authentication_methods' }, [400, 'invalid_request']],
  client_secret_not_accepted: [{ reason: 'client_secret_not_accepted' }, invalidClient],
  client_disabled: [{ reason: 'client_disabled' }, invalidClient],
  assertion_incomplete: [{ reason: 'assertion_incomplete' }, [400, 'invalid_request']],
  assertion_type_unknown: [{ reason: 'assertion_type_unknown' }, invalidClient],
  assertion_not_acceptable: [{ reason: 'assertion_not_acceptable', detail: 'is expired' }, invalidClient],
  assertion_not_verified: [{ reason: 'assertion_not_verified' }, invalidClient],
  assertion_keys_not_fetched: [{ reason: 'assertion_keys_not_fetched', fetch: 'unreachable' }, invalidClient],
  assertion_replayed: [{ reason: 'assertion_replayed' }, invalidClient],
  aws_identity_not_verified: [{ reason: 'aws_identity_not_verified' }, invalidClient],
  aws_caller_not_verified: [{ reason: 'aws_caller_not_verified' }, invalidClient],
  aws_account_not_bound: [{ reason: 'aws_account_not_bound' }, invalidClient],
  aws_role_not_bound: [{ reason: 'aws_role_not_bound' }, invalidClient],
  aws_organization_not_bound: [{ reason: 'aws_organization_not_bound' }, invalidClient],
  aws_principal_tag_not_bound: [{ reason: 'aws_principal_tag_not_bound', tag: 'Ärger "x"' }, invalidClient],
  aws_lambda_function_not_bound: [{ reason: 'aws_lambda_function_not_bound' }, invalidClient],
  grant_type_missing: [{ reason: 'grant_type_missing' }, [400, 'invalid_request']],
  grant_type_unsupported: [{ reason: 'grant_type_unsupported' }, [400, 'unsupported_grant_type']],
  grant_not_allowed: [{ reason: 'grant_not_allowed' }, [400, 'unauthorized_client']],
  client_without_agent: [{ reason: 'client_without_agent' }, [400, 'unauthorized_client']],
  agent_disabled: [{ reason: 'agent_disabled' }, [400, 'unauthorized_client']],
  several_resources: [{ reason: 'several_resources' }, [400, 'invalid_target']],
  resource_ambiguous: [
    { reason: 'resource_ambiguous', choices: ['https://a.example', 'https://b.example'] },
    [400, 'invalid_target'],
  ],
  resource_not_available: [{ reason: 'resource_not_available' }, [400, 'invalid_target']],
  scope_malformed: [{ reason: 'scope_malformed' }, [400, 'invalid_scope']],
  scope_not_available: [{ reason: 'scope_not_available', available: ['a', 'b'] }, [400, 'invalid_scope']],
  scope_empty: [{ reason: 'scope_empty', available: [] }, [400, 'invalid_scope']],
  token_missing: [{ reason: 'token_missing' }, [400, 'invalid_request']],
  too_many_requests: [
    { reason: 'too_many_requests', of: 'client', perSecond: 100, retryAfterSeconds: 3 },
    [429, 'too_many_requests'],
  ],
  not_a_resource_server: [{ reason: 'not_a_resource_server' }, [400, 'unauthorized_client']],
};

describe.each(Object.values(expected))('the reason %j', (refusal, [status, error]) => {
  it(`is ${status} ${error} on the wire, in the characters of RFC 6749 §5.2`, () => {
    const wire = toWire(refusal);
    expect(wire).toMatchObject({ status, error });
    expect(wire.description).toMatch(/^[\x20-\x21\x23-\x5B\x5D-\x7E]+$/);
  });
});

describe('a description', () => {
  it('names the limit that was passed, and how long to wait', () => {
    const [refusal] = expected.too_many_requests;
    expect(toWire(refusal).description).toContain('more often than 100 times a second');
    expect(toWire({ ...refusal, of: 'address' }).description).toContain('from this address prove no client');
    expect(toWire(refusal)).toMatchObject({ retryAfter: 3 });
  });

  it('names the choices a client has', () => {
    expect(toWire(expected.resource_ambiguous[0]).description).toBe(
      'name a resource, one of: https://a.example https://b.example',
    );
    expect(toWire(expected.scope_not_available[0]).description).toBe('the agent may ask for: a b');
    expect(toWire(expected.scope_empty[0]).description).toBe(
      'nothing is granted unasked; the agent may ask for: nothing',
    );
  });
});
