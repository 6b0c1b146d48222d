import { describe, expect, it } from 'vitest';
import { instant } from '../../../lambdas/runtime/clock.ts';
import type { GrantId, TaskId } from '../../../lambdas/runtime/identifiers.ts';
import { toWire, type Refusal } from '../../../lambdas/oauth/refusal.ts';

type Expectation = readonly [status: number, error: string];
const invalidClient: Expectation = [401, 'invalid_client'];

/** Every reason there is, with the code a client sees: a missing one does not compile. */
const grantId = 'granted' as GrantId;

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
  assertion_keys_not_fetched: [{ reason: 'assertion_keys_not_fetched', fetch: 'too_large' }, invalidClient],
  assertion_keys_out_of_reach: [
    { reason: 'assertion_keys_out_of_reach', retryAfterSeconds: 30 },
    [503, 'temporarily_unavailable'],
  ],
  assertion_replayed: [{ reason: 'assertion_replayed' }, invalidClient],
  aws_identity_not_verified: [{ reason: 'aws_identity_not_verified' }, invalidClient],
  aws_caller_not_verified: [{ reason: 'aws_caller_not_verified' }, invalidClient],
  aws_account_not_bound: [{ reason: 'aws_account_not_bound' }, invalidClient],
  aws_role_not_bound: [{ reason: 'aws_role_not_bound' }, invalidClient],
  aws_organization_not_bound: [{ reason: 'aws_organization_not_bound' }, invalidClient],
  aws_principal_tag_not_bound: [{ reason: 'aws_principal_tag_not_bound', tag: 'Ärger "x"' }, invalidClient],
  aws_lambda_function_not_bound: [{ reason: 'aws_lambda_function_not_bound' }, invalidClient],
  certificate_not_accepted: [{ reason: 'certificate_not_accepted' }, invalidClient],
  certificate_not_for_clients: [{ reason: 'certificate_not_for_clients' }, invalidClient],
  certificate_out_of_time: [{ reason: 'certificate_out_of_time' }, invalidClient],
  task_refused: [
    { reason: 'task_refused', why: 'too_deep', error: 'invalid_request', description: 'too deep' },
    [400, 'invalid_request'],
  ],
  task_handle_refused: [{ reason: 'task_handle_refused', why: 'other_client' }, [400, 'invalid_grant']],
  task_over: [
    {
      ...{ reason: 'task_over', taskId: 'task' as TaskId },
      end: { at: instant(1), reason: 'revoked', detail: 'by its client' },
    },
    [400, 'invalid_grant'],
  ],
  task_unsettled: [
    { reason: 'task_unsettled', taskId: 'task' as TaskId, retryAfterSeconds: 30 },
    [503, 'temporarily_unavailable'],
  ],
  api_token_refused: [
    {
      ...{ reason: 'api_token_refused', why: 'interaction_required', error: 'interaction_required' },
      ...{ description: 'the identity provider wants the person', members: { claims: '{}' } },
    },
    [400, 'interaction_required'],
  ],
  egress_refused: [
    {
      ...{ reason: 'egress_refused', why: 'not_connected', error: 'interaction_required' },
      ...{
        description: 'no account is connected',
        members: { interaction_uri: 'https://auth.example.com/' },
      },
    },
    [400, 'interaction_required'],
  ],
  dpop_proof_missing: [{ reason: 'dpop_proof_missing' }, [400, 'invalid_dpop_proof']],
  dpop_proof_not_acceptable: [
    { reason: 'dpop_proof_not_acceptable', detail: 'must hold one JWT' },
    [400, 'invalid_dpop_proof'],
  ],
  dpop_nonce_missing: [{ reason: 'dpop_nonce_missing', nonce: 'next' }, [400, 'use_dpop_nonce']],
  dpop_nonce_not_accepted: [{ reason: 'dpop_nonce_not_accepted', nonce: 'next' }, [400, 'use_dpop_nonce']],
  dpop_proof_replayed: [{ reason: 'dpop_proof_replayed' }, [400, 'invalid_dpop_proof']],
  dpop_key_not_bound: [{ reason: 'dpop_key_not_bound' }, [400, 'invalid_grant']],
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
  certificate_missing: [{ reason: 'certificate_missing' }, [400, 'invalid_request']],
  certificate_not_bound: [{ reason: 'certificate_not_bound' }, [400, 'invalid_grant']],
  dpop_beside_certificate: [{ reason: 'dpop_beside_certificate' }, [400, 'invalid_request']],
  code_missing: [{ reason: 'code_missing' }, [400, 'invalid_request']],
  code_verifier_missing: [{ reason: 'code_verifier_missing' }, [400, 'invalid_request']],
  code_unknown: [{ reason: 'code_unknown' }, [400, 'invalid_grant']],
  code_expired: [{ reason: 'code_expired' }, [400, 'invalid_grant']],
  code_of_another_client: [{ reason: 'code_of_another_client' }, [400, 'invalid_grant']],
  redirect_uri_not_bound: [{ reason: 'redirect_uri_not_bound' }, [400, 'invalid_grant']],
  code_verifier_wrong: [{ reason: 'code_verifier_wrong' }, [400, 'invalid_grant']],
  code_used: [{ reason: 'code_used', grantId }, [400, 'invalid_grant']],
  code_replayed: [{ reason: 'code_replayed', grantId }, [400, 'invalid_grant']],
  device_code_missing: [{ reason: 'device_code_missing' }, [400, 'invalid_request']],
  device_code_unknown: [{ reason: 'device_code_unknown' }, [400, 'invalid_grant']],
  device_code_of_another_client: [{ reason: 'device_code_of_another_client' }, [400, 'invalid_grant']],
  device_code_expired: [{ reason: 'device_code_expired' }, [400, 'expired_token']],
  device_waiting: [{ reason: 'device_waiting' }, [400, 'authorization_pending']],
  device_polled_too_fast: [{ reason: 'device_polled_too_fast' }, [400, 'slow_down']],
  device_denied: [{ reason: 'device_denied' }, [400, 'access_denied']],
  workload_not_accepted: [
    { reason: 'workload_not_accepted', why: 'no_rule_fits', detail: 'is of no workload that is known here' },
    [400, 'invalid_grant'],
  ],
  workload_assertion_replayed: [{ reason: 'workload_assertion_replayed' }, [400, 'invalid_grant']],
  refresh_token_missing: [{ reason: 'refresh_token_missing' }, [400, 'invalid_request']],
  refresh_token_unknown: [{ reason: 'refresh_token_unknown' }, [400, 'invalid_grant']],
  refresh_token_of_another_client: [{ reason: 'refresh_token_of_another_client' }, [400, 'invalid_grant']],
  refresh_token_expired: [{ reason: 'refresh_token_expired', grantId }, [400, 'invalid_grant']],
  refresh_token_replayed: [{ reason: 'refresh_token_replayed', grantId }, [400, 'invalid_grant']],
  refreshed_too_often: [
    { reason: 'refreshed_too_often', retryAfterSeconds: 7 },
    [503, 'temporarily_unavailable'],
  ],
  grant_ended: [
    { reason: 'grant_ended', grantId, why: 'person_ended: "gone" für immer' },
    [400, 'invalid_grant'],
  ],
  idp_disabled: [{ reason: 'idp_disabled', grantId }, [400, 'unauthorized_client']],
  person_to_sign_in: [{ reason: 'person_to_sign_in', grantId }, [400, 'invalid_grant']],
  nothing_delegated_now: [
    { reason: 'nothing_delegated_now', grantId, why: 'target_not_delegated', description: 'so "it" is' },
    [400, 'invalid_grant'],
  ],
  agent_changed: [{ reason: 'agent_changed' }, [400, 'invalid_grant']],
  resource_not_granted: [{ reason: 'resource_not_granted' }, [400, 'invalid_target']],
  scope_not_granted: [{ reason: 'scope_not_granted', available: ['a'] }, [400, 'invalid_scope']],
  nothing_held: [{ reason: 'nothing_held' }, [400, 'invalid_scope']],
  token_missing: [{ reason: 'token_missing' }, [400, 'invalid_request']],
  too_many_requests: [
    { reason: 'too_many_requests', of: 'client', perSecond: 100, retryAfterSeconds: 3 },
    [429, 'too_many_requests'],
  ],
  request_uri_pushed: [{ reason: 'request_uri_pushed' }, [400, 'invalid_request']],
  client_id_of_another: [{ reason: 'client_id_of_another' }, [400, 'invalid_request']],
  request_unsound: [
    {
      reason: 'request_unsound',
      why: 'scope_malformed',
      error: 'invalid_scope',
      description: 'the scope is malformed',
    },
    [400, 'invalid_scope'],
  ],
  exchange_refused: [
    {
      reason: 'exchange_refused',
      why: 'target_not_allowed',
      error: 'invalid_target',
      description: 'the target is not allowed',
    },
    [400, 'invalid_target'],
  ],
  assertion_refused: [
    {
      reason: 'assertion_refused',
      why: 'out_of_time',
      error: 'invalid_grant',
      description: 'the assertion is expired',
    },
    [400, 'invalid_grant'],
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

  it('says why a grant has ended', () => {
    const why = (reason: string): string =>
      toWire({ reason: 'grant_ended', grantId, why: reason }).description.replace(
        'the grant has ended: ',
        '',
      );
    expect(why('revoked')).toBe('the client revoked it');
    expect(why('withdrawn')).toBe('the person withdrew it');
    expect(why('person_ended: account: disabled')).toMatch(/may not go on: account: disabled$/);
    expect(why('person_ended: not_kept')).toMatch(/^nothing is kept any more/);
    expect(why('something new')).toBe('it was ended here');
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
