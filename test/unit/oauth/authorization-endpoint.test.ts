import { describe, expect, it } from 'vitest';
import { authorizationEndpoint } from '../../../lambdas/oauth/authorization/authorization-endpoint.ts';
import type { AuditEvent } from '../../../lambdas/runtime/events.ts';
import { emptyBuckets, fullBuckets, limitsOver } from './limits.ts';
import { aClient, now, registryOf, theSecret } from './mothers.ts';

function authorizing(clients = [aClient()], buckets = fullBuckets) {
  const audited: AuditEvent[] = [];
  const endpoint = authorizationEndpoint({
    registry: registryOf({ clients }),
    limit: limitsOver(buckets).address,
    audit: (event) => audited.push(event),
  });
  const decide = async (clientId: string | undefined) => {
    const values = new Map(clientId === undefined ? [] : [['client_id', clientId]]);
    const parameters = { values, resources: [] };
    const refusal = await endpoint({ parameters, requestId: 'request-1', sourceAddress: '192.0.2.1' }, now);
    return { reason: refusal.reason, audited };
  };
  return { decide, audited };
}

function decide(clientId: string | undefined, clients = [aClient()]) {
  return authorizing(clients).decide(clientId);
}

describe('an authorization request', () => {
  it.each([
    ['without a client', undefined, 'client_id_missing'],
    ['from a client nobody registered', 'unknown', 'client_unknown'],
    ['from what cannot be a client', 'https://client.example.com/<script>', 'client_unknown'],
    ['from a machine', 'planner-client', 'client_not_interactive'],
  ])('%s is refused', async (_what, clientId, reason) => {
    expect((await decide(clientId)).reason).toBe(reason);
  });

  it('from a disabled client is refused like one from an unknown one', async () => {
    expect((await decide('planner-client', [aClient({ state: 'disabled' })])).reason).toBe('client_unknown');
  });

  it('is refused unread while its address is over its limit', async () => {
    const { decide: again, audited } = authorizing([aClient()], emptyBuckets);
    await again('planner-client');
    expect((await again('planner-client')).reason).toBe('too_many_requests');
    expect(audited.map((event) => event.event)).toEqual(['authorization_refused', 'authorization_refused']);
  });

  it('is written to the audit trail, without what has not the form of a client id', async () => {
    const refused = { event: 'authorization_refused', requestId: 'request-1', sourceAddress: '192.0.2.1' };
    expect((await decide('planner-client')).audited).toEqual([
      { ...refused, reason: 'client_not_interactive', claimedClientId: 'planner-client' },
    ]);
    expect((await decide('<script>')).audited).toEqual([{ ...refused, reason: 'client_unknown' }]);
    expect((await decide(theSecret)).audited).toEqual([{ ...refused, reason: 'client_unknown' }]);
  });
});
