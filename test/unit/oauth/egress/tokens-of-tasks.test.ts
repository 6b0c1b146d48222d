import { decodeJwt } from 'jose';
import { describe, expect, it } from 'vitest';
import { taskAnswered } from '../../../../lambdas/http/task-answers.ts';
import type { EgressPorts } from '../../../../lambdas/oauth/egress/egress-access.ts';
import { unfitForSecret } from '../../../../lambdas/oauth/tasks/into-secret.ts';
import { mintToken } from '../../../../lambdas/oauth/tasks/mint-token.ts';
import { tokenIssuer } from '../../../../lambdas/oauth/tokens/issue.ts';
import type { ConnectionStanding } from '../../../../lambdas/ports/connecting.ts';
import { after } from '../../../../lambdas/runtime/clock.ts';
import type { ResourceId } from '../../../../lambdas/runtime/identifiers.ts';
import { verifies } from '../../../spec/verifies.ts';
import { anApi } from '../../../contract/store/mothers.ts';
import { aTask, openedAt } from '../../../contract/store/task-mothers.ts';
import {
  aClient,
  aKeyRing,
  anAgent,
  aResource,
  aSigningKey,
  issuer,
  processSigner,
  scopes,
} from '../mothers.ts';
import { aProvider, connected, connection, github, reading, triage } from './a-vault-issuer.ts';

const now = after(openedAt, 60);
const task = { ...aTask(), goodUntil: after(now, 3_600), ceiling: after(now, 7_200) };
const client = aClient();
const resource = aResource({ id: 'github' as ResourceId, uri: github, kind: 'egress' });
const plan = {
  ...{ subject: client.id, clientId: client.id, agentId: anAgent().id },
  ...{ audience: github, resource, scope: scopes('issues.read') },
};

function minted(standing: ConnectionStanding, over = task) {
  const ring = aKeyRing(aSigningKey({ publishedAt: after(now, -86_400), signFrom: after(now, -3_600) }));
  const egress: EgressPorts = {
    issuer,
    providers: { find: () => Promise.resolve(aProvider({ groups: [triage] })) },
    connecting: {
      standing: () => Promise.resolve(standing),
      narrow: () => Promise.reject(new Error('nobody asks')),
    },
  };
  const issue = tokenIssuer({
    ...{ issuer, lifetimeSeconds: 900, random: () => 'random', signer: processSigner },
    keyRings: { current: () => Promise.resolve(ring) },
    opaque: { keep: () => Promise.resolve() },
  });
  return mintToken(
    { issuer, issue, egress, timing: { tokenSeconds: 900, graceSeconds: 3_600 } },
    { task: over, owner: { client, agent: anAgent() } },
    plan,
    now,
  );
}

describe('a task at a third party', () => {
  verifies(
    ['vestibule:egress-of-tasks', 'rfc9396:7:told-details'],
    'has a token for five minutes, by the account as it stands when it is pulled',
    async () => {
      const token = await minted(connected);
      if (!token.ok) throw new Error(token.refusal.reason);
      expect(decodeJwt(token.value.accessToken)).toMatchObject({
        ...{ exp: now + 300, task_chain: [...task.terms.ancestors, task.terms.id] },
        authorization_details: [{ connection, holder: 'group', group: 'triage', rules: reading }],
      });
      const { body } = taskAnswered(issuer, { task, token: token.value }, now);
      expect(JSON.parse(body)).toMatchObject({
        ...{ expires_in: 300, scope: 'issues.read', resource: github },
        authorization_details: [{ connection, rules: reading }],
      });
    },
  );

  it('has none that outlives what the task rests on', async () => {
    const token = await minted(connected, { ...task, goodUntil: after(now, 30) });
    expect(token).toMatchObject({ ok: true, value: { expiresAt: now + 30 } });
  });

  it('has none without an account, and goes on', async () => {
    expect(await minted({ kind: 'interaction_required', why: 'connect_again' })).toMatchObject({
      ok: false,
      refusal: { reason: 'egress_refused', error: 'interaction_required' },
    });
  });

  it('has none in a secret', () => {
    expect(unfitForSecret({ resource })).toBe('secret_of_third_party');
    expect(unfitForSecret({ api: anApi() })).toBe('secret_of_api');
    expect(unfitForSecret({ resource: aResource() })).toBeUndefined();
  });
});
