import { describe, expect, it } from 'vitest';
import { authorizationEndpoint } from '../../../lambdas/oauth/authorization/authorization-endpoint.ts';
import type { AuditEvent } from '../../../lambdas/runtime/events.ts';
import { aClient, registryOf, theSecret } from './mothers.ts';

async function decide(clientId: string | undefined, clients = [aClient()]) {
  const audited: AuditEvent[] = [];
  const endpoint = authorizationEndpoint({
    registry: registryOf({ clients }),
    audit: (event) => audited.push(event),
  });
  const values = new Map(clientId === undefined ? [] : [['client_id', clientId]]);
  const refusal = await endpoint({
    parameters: { values, resources: [] },
    requestId: 'request-1',
    sourceAddress: '192.0.2.1',
  });
  return { reason: refusal.reason, audited };
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

  it('is written to the audit trail, without what has not the form of a client id', async () => {
    const refused = { event: 'authorization_refused', requestId: 'request-1', sourceAddress: '192.0.2.1' };
    expect((await decide('planner-client')).audited).toEqual([
      { ...refused, reason: 'client_not_interactive', claimedClientId: 'planner-client' },
    ]);
    expect((await decide('<script>')).audited).toEqual([{ ...refused, reason: 'client_unknown' }]);
    expect((await decide(theSecret)).audited).toEqual([{ ...refused, reason: 'client_unknown' }]);
  });
});
