import { decodeJwt } from 'jose';
import { afterEach, beforeAll, describe, expect } from 'vitest';
import { runAsRole } from '../support/agent-role.ts';
import { accessToken, at, jwt, refusedAt, startExchanging } from '../support/exchanging.ts';
import { forThisFile } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

const house = forThisFile(() => startExchanging());
const refused = refusedAt(house, { resource: at.reports });
const reporter = 'arn:aws:iam::000000000000:role/agents/night-reporter';
let sent: string;
let own: string;

beforeAll(async () => {
  sent = await house.alices(at.analyst, ['ask']);
  own = await house.agents('analyst-client', { resource: at.planner, scope: 'plan' });
});
afterEach(() => {
  house.run.cloud.faults.clear();
});

const byAws = (audience: string) => runAsRole(house.run, reporter)({ Audience: [audience] });

describe('an actor token', () => {
  verifies(
    'rfc8693:2.1:actor-token',
    "is an agent's own token, as AgentCore gets one first, or that of its role at AWS",
    async () => {
      const shown = [
        [own, accessToken],
        [own, jwt],
        [await byAws(`${house.issuer}/token`), jwt],
        [await byAws(house.issuer), jwt],
      ] as const;
      for (const [actor_token, actor_token_type] of shown) {
        const more = { resource: at.reports, actor_token, actor_token_type };
        const token = await house.exchanged('analyst-client', sent, more);
        expect(decodeJwt(token)['act']).toEqual({
          ...{ sub: 'analyst', client_id: 'analyst-client', agent_id: 'analyst' },
        });
      }
    },
  );

  verifies(
    ['rfc8693:2.1:actor-token', 'rfc8693:2.2.2:errors'],
    'is refused that does not show who asks',
    async () => {
      const planners = await house.agents('planner-client', { resource: at.analyst, scope: 'ask' });
      const exchanged = await house.exchanged('analyst-client', sent, { resource: at.reports });
      const stranger = runAsRole(house.run, 'arn:aws:iam::000000000000:role/agents/stranger');
      const cases: readonly (readonly [string | undefined, string | undefined, string])[] = [
        [own, undefined, 'actor_token_missing'],
        [undefined, accessToken, 'actor_token_missing'],
        [own, 'urn:ietf:params:oauth:token-type:id_token', 'actor_token_type_unknown'],
        [planners, accessToken, 'actor_token_of_another'],
        [sent, accessToken, 'actor_token_not_own'],
        [exchanged, accessToken, 'actor_token_not_own'],
        ['nothing', accessToken, 'actor_token_unknown'],
        [`${own}x`, accessToken, 'actor_not_signed_by_us'],
        [await byAws(house.issuer), accessToken, 'actor_token_unknown'],
        [await byAws('https://elsewhere.example.com'), jwt, 'actor_assertion_not_acceptable'],
        [`${await byAws(house.issuer)}x`, jwt, 'actor_aws_identity_not_verified'],
        [await stranger({ Audience: [house.issuer] }), jwt, 'actor_aws_identity_not_verified'],
      ];
      for (const [actor_token, actor_token_type, expected] of cases) {
        const { answer, why } = await refused(sent, { actor_token, actor_token_type }, 'analyst-client');
        expect([answer[0], answer[1], why]).toEqual([400, 'invalid_request', expected]);
      }
      // The server of a resource is no agent, whoever's token it has.
      const mine = await house.alices(at.reports, ['reports:read']);
      const more = { resource: at.ledger, actor_token: own, actor_token_type: accessToken };
      expect((await refused(mine, more)).why).toBe('actor_token_of_another');
    },
  );

  verifies('rfc8693:2.1:actor-token', 'counts as long as it stands, and no longer', async () => {
    const ended = await house.agents('analyst-client', { resource: at.planner, scope: 'plan' });
    const headers = await house.as('analyst-client');
    const body = new URLSearchParams({ token: ended });
    expect((await house.client.send('/revoke', { method: 'POST', headers, body })).status).toBe(200);
    const more = { actor_token: ended, actor_token_type: accessToken };
    expect((await refused(sent, more, 'analyst-client')).why).toBe('actor_revoked');
  });
});
