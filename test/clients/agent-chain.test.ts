import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { decodeJwt } from 'jose';
import * as client from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type ActorToken,
  type Agent,
  awsWebIdentityAsActor,
  clientSecretBasic,
  clientSecretPost,
  createAgent,
  ownTokenAsActor,
} from '../../lambdas/agent/index.ts';
import { runAsRole } from '../spec/support/agent-role.ts';
import { drive } from '../spec/support/driver.ts';
import { createBrowser } from '../support/browser-player.ts';
import { startCompany, type Company } from '../support/company.ts';

const redirectUri = 'http://127.0.0.1/callback';

let company: Company;
let planner: Agent;
let analyst: Agent;
/** Where the demo agents answer. */
let at: { readonly planner: string; readonly analyst: string };

beforeAll(async () => {
  company = await startCompany();
  const { issuer, secretOf } = company;
  planner = createAgent({
    issuer,
    client: clientSecretBasic('planner-client', () => secretOf('planner-client')),
  });
  analyst = createAgent({
    issuer,
    client: clientSecretPost('analyst-client', () => secretOf('analyst-client')),
  });
  const { origin } = new URL(company.mcpUrl);
  at = { planner: `${origin}/agents/planner`, analyst: `${origin}/agents/analyst` };
});
afterAll(() => company.stop());

/** Alice signs in with a client that nobody registered, and lets it have the planner plan. */
async function tokenOfAlice(): Promise<string> {
  const { body } = await drive(company).send('/register', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      ...{ client_name: 'Notebook', redirect_uris: [redirectUri], token_endpoint_auth_method: 'none' },
    }),
  });
  const config = await client.discovery(
    ...[new URL(company.issuer), String(body['client_id']), undefined, client.None()],
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- loopback has no TLS
    { execute: [client.allowInsecureRequests] },
  );
  const pkceCodeVerifier = client.randomPKCECodeVerifier();
  const back = await createBrowser().signIn({
    authorizeUrl: client.buildAuthorizationUrl(config, {
      ...{ redirect_uri: redirectUri, scope: 'plan', resource: at.planner },
      code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
    }),
    user: 'alice',
  });
  return (await client.authorizationCodeGrant(config, back, { pkceCodeVerifier })).access_token;
}

describe('agents that load the wrapper', () => {
  it(
    'act for a person one after the other, each server seeing who was in between',
    { timeout: 60_000 },
    async () => {
      const token = await tokenOfAlice();
      const session = new Client({ name: 'Notebook', version: '1.0.0' });
      const requestInit = { headers: { authorization: `Bearer ${token}` } };
      await session.connect(new StreamableHTTPClientTransport(new URL(at.planner), { requestInit }));
      const { content } = await session.callTool({ name: 'plan', arguments: { question: 'what is open' } });
      await session.close();
      const person = String(decodeJwt(token).sub);
      const [answer] = content as readonly { readonly text: string }[];
      expect(answer!.text).toContain(`The analyst: ${person}, via planner asked: what is open.`);
      expect(answer!.text).toContain(`asked by ${person}, via planner, via analyst)`);
      const issued = company.log.filter((line) => line.includes('"via":["planner","analyst"]'));
      expect(issued).toHaveLength(1);
      expect(company.log.join('\n')).not.toContain(token);
    },
  );

  it('exchange once for each principal and target, though hundreds ask at the same time', async () => {
    const token = await tokenOfAlice();
    const forAlice = Array.from({ length: 200 }, () => planner.onBehalfOf(token).token(at.analyst));
    const values = (await Promise.all(forAlice)).map(({ value }) => value);
    expect(new Set(values).size).toBe(1);
    const { aud, act } = decodeJwt(values[0]!);
    expect([aud, act]).toEqual([at.analyst, expect.objectContaining({ sub: 'planner' })]);
  });

  it('show who acts by tokens of their own, of AWS and of nobody else', async () => {
    const { issuer, mcpUrl, secretOf } = company;
    const forAnalyst = await planner.onBehalfOf(await tokenOfAlice()).token(at.analyst);
    const shownBy = (actor: ActorToken): ReturnType<Agent['token']> =>
      createAgent({
        issuer,
        client: clientSecretPost('analyst-client', () => secretOf('analyst-client')),
        actor,
      })
        .onBehalfOf(forAnalyst.value)
        .token(mcpUrl);
    const nightReporter = runAsRole(company.run, 'arn:aws:iam::000000000000:role/agents/night-reporter');
    for (const actor of [
      ownTokenAsActor(mcpUrl),
      awsWebIdentityAsActor(() => nightReporter({ Audience: [`${issuer}/token`] })),
    ]) {
      expect(decodeJwt((await shownBy(actor)).value)).toMatchObject({
        ...{ aud: mcpUrl, act: { sub: 'analyst', act: { sub: 'planner' } } },
      });
    }
    const ofPlanner = awsWebIdentityAsActor(async () => (await planner.token(mcpUrl)).value);
    await expect(shownBy(ofPlanner)).rejects.toMatchObject({ error: 'invalid_request' });
  });

  it('get nothing for a token that somebody else was sent', async () => {
    const stolen = await tokenOfAlice();
    await expect(analyst.onBehalfOf(stolen).token(company.mcpUrl)).rejects.toMatchObject({
      ...{ name: 'TokenRefused', error: 'invalid_request' },
    });
    await expect(planner.onBehalfOf(stolen).token(company.mcpUrl)).rejects.toMatchObject({
      error: 'invalid_target',
    });
  });
});
