import { decodeJwt } from 'jose';
import { describe, expect } from 'vitest';
import { sha256 } from '../../../lambdas/runtime/digest.ts';
import { awsAccount } from '../../../lib/index.ts';
import { steadyPortBlock } from '../../support/free-ports.ts';
import { runAsRole } from '../support/agent-role.ts';
import { jwtBearer } from '../support/asserted-office.ts';
import type { Answer } from '../support/driver.ts';
import { at, type Exchanging, jwt, startExchanging } from '../support/exchanging.ts';
import { api } from '../support/foreign-house.ts';
import { eventsSince } from '../support/people.ts';
import { forThisFile } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

const role = 'arn:aws:iam::000000000000:role/nightly';
const stranger = 'arn:aws:iam::000000000000:role/somebody';

interface House extends Exchanging {
  /** What AWS says of whoever runs under that role, for whom they name. */
  readonly ask: (of: string, audience: string, seconds?: number) => Promise<string>;
  readonly accountIssuer: string;
}

/** The account that the deployment itself is in: its workloads are agents, and may call the planner as what they are. */
async function startHouse(): Promise<House> {
  const port = await steadyPortBlock();
  const accountIssuer = `http://localhost:${port + 3}`;
  const account = awsAccount({ id: 'account', issuer: accountIssuer });
  const house = await startExchanging(
    (config) => ({
      ...config,
      trustAnchors: [
        {
          ...{ ...account, accepts: ['workload', 'jwt'], subject: { kind: 'workload' } },
          ...{ audiences: [api], actors: ['planner'], grants: [{ resource: 'analyst', scopes: ['ask'] }] },
        },
      ],
      workloads: [{ anchor: 'account', claims: { sub: role }, agent: 'analyst' }],
      agents: config.agents.map((agent) =>
        agent.id === 'planner'
          ? {
              ...agent,
              onBehalfOf: { analyst: { scopes: { ask: ['plan'] }, subjects: ['person', 'workload'] } },
            }
          : agent,
      ),
    }),
    { port },
  );
  return {
    ...house,
    accountIssuer,
    ask: (of, audience, seconds = 300) =>
      runAsRole(house.run, of)({ Audience: [audience], DurationSeconds: seconds }),
  };
}

const house = forThisFile(startHouse);

function exchange(token: string): Promise<Answer> {
  return house.exchange('planner-client', token, {
    ...{ subject_token_type: jwt, resource: at.analyst, scope: 'ask' },
  });
}

describe('what AWS says of a workload by sts:GetWebIdentityToken', () => {
  verifies(
    ['vestibule:foreign-workloads', 'vestibule:foreign-exchange'],
    'is exchanged by the agent that it was sent to, in the name of the role, and ends with it',
    async () => {
      expect(house.run.cloud.identityIssuer).toBe(house.accountIssuer);
      const from = house.log.length;
      const sent = await house.ask(role, api, 60);
      const { status, text, body } = await exchange(sent);
      expect([status, text]).toEqual([200, text]);
      const token = decodeJwt(String(body['access_token']));
      expect(token).toMatchObject({
        sub: `workload.${sha256(`${house.accountIssuer}\0\0${role}`)}`,
        ...{ aud: at.analyst, client_id: 'planner-client', agent_id: 'planner', scope: 'ask' },
        ...{ act: { sub: 'planner' }, anchor_id: 'account', exp: decodeJwt(sent).exp },
      });
      expect(eventsSince(house, from)).toMatchObject([
        { event: 'token_issued', subject: { kind: 'workload' }, via: ['planner'], anchor: 'account' },
      ]);
      const other = await exchange(await house.ask(stranger, api));
      expect(decodeJwt(String(other.body['access_token'])).sub).not.toBe(token.sub);
    },
  );

  verifies(
    'vestibule:foreign-workloads',
    'is taken for nobody who it was not made for, and not as another kind of token',
    async () => {
      const forUs = await exchange(await house.ask(role, house.client.issuer));
      expect(forUs.body['error_description']).toMatch(/was made for another audience/);
      const token = await house.ask(role, api);
      const asAccess = await house.exchange('planner-client', token, { resource: at.analyst });
      expect([asAccess.status, asAccess.body['error']]).toEqual([400, 'invalid_request']);
      house.run.clock.advance(301);
      expect((await exchange(token)).body['error_description']).toMatch(/is expired/);
      house.run.clock.advance(-301);
    },
  );

  verifies(
    ['WIF-1', 'WIF-3'],
    'is an agent by a rule of the preset, and nobody where none fits',
    async () => {
      const present = (assertion: string) =>
        house.client.token({ grant_type: jwtBearer, assertion, resource: at.planner, scope: 'plan' });
      const { status, text, body } = await present(await house.ask(role, house.client.issuer));
      expect([status, text]).toEqual([200, text]);
      expect(decodeJwt(String(body['access_token']))).toMatchObject({ sub: 'analyst', agent_id: 'analyst' });
      for (const assertion of [await house.ask(stranger, house.client.issuer), await house.ask(role, api)]) {
        expect((await present(assertion)).body['error']).toBe('invalid_grant');
      }
    },
  );
});
