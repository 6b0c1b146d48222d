import { decodeJwt } from 'jose';
import { describe, expect } from 'vitest';
import { at, startExchanging } from '../support/exchanging.ts';
import { alice } from '../support/granted.ts';
import { eventsSince } from '../support/people.ts';
import { forThisFile } from '../support/this-file.ts';
import type { Answer } from '../support/driver.ts';
import { verifies } from '../verifies.ts';

const grantType = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const gateway = { grants: [grantType], authentication: { method: 'client_secret_basic' } } as const;

/** As AgentCore Identity is registered for its JWT_AUTHORIZATION_GRANT: a client of the analyst, and one of the courier. */
const house = forThisFile(() =>
  startExchanging((config) => ({
    ...config,
    clients: [
      ...config.clients,
      { ...gateway, id: 'analyst-gateway', agent: 'analyst' },
      { ...gateway, id: 'courier-gateway', agent: 'courier' },
    ],
  })),
);

type Form = Readonly<Record<string, string>>;

async function present(
  assertion: string,
  form: Form = { resource: at.reports },
  as = 'analyst-gateway',
): Promise<Answer> {
  return house.client.token({ grant_type: grantType, assertion, ...form }, await house.as(as));
}

const told = ({ status, body }: Answer): string =>
  `${status} ${String(body['error'])}: ${String(body['error_description'])}`;

describe('a token that an agent was sent, presented as its grant', () => {
  verifies('vestibule:agentcore-inbound-jwt', 'is exchanged as it would be by the other name', async () => {
    const sent = await house.alices(at.analyst, ['ask']);
    const from = house.log.length;
    const { status, body } = await present(sent, { resource: at.reports, scope: 'reports:read' });
    expect([status, body['token_type'], body['scope']]).toEqual([200, 'Bearer', 'reports:read']);
    expect(Object.keys(body).toSorted()).toEqual([
      ...['access_token', 'expires_in', 'issued_token_type', 'scope', 'token_type'],
    ]);
    const claims = decodeJwt(String(body['access_token']));
    expect(claims).toMatchObject({
      ...{ sub: alice.id, aud: at.reports, client_id: 'analyst-gateway', agent_id: 'analyst' },
      act: { sub: 'analyst', client_id: 'analyst-gateway', agent_id: 'analyst' },
      jti_chain: [decodeJwt(sent).jti],
    });
    expect(claims.exp).toBeLessThanOrEqual(decodeJwt(sent).exp!);
    expect(eventsSince(house, from)).toMatchObject([
      { event: 'token_issued', grantType, subject: { kind: 'person', id: alice.id }, via: ['analyst'] },
    ]);
    expect((await present(sent, { audience: at.reports })).status).toBe(200);
  });

  verifies('vestibule:agentcore-inbound-jwt', 'is refused where an exchange would be', async () => {
    const sent = await house.alices(at.analyst, ['ask']);
    const elsewhere = await house.alices(at.reports, ['reports:read']);
    // For somebody else, at another place, with another scope, or of a client that does not act for others.
    expect(told(await present(elsewhere))).toMatch(/^400 invalid_grant: the assertion is for somebody else/);
    expect(told(await present(sent, { resource: at.ledger }))).toMatch(/^400 invalid_target/);
    expect(told(await present(sent, { resource: at.reports, scope: 'reports:write' }))).toMatch(
      /^400 invalid_scope/,
    );
    expect(told(await present(sent, { resource: at.safe }, 'courier-gateway'))).toMatch(/^400 invalid_grant/);
    expect(told(await present(sent, { resource: at.reports }, 'analyst-client'))).toMatch(
      /^400 unauthorized_client: the client is not registered for this grant_type/,
    );
    expect(told(await present(`${sent.slice(0, -6)}AAAAAA`))).toMatch(/^400 invalid_grant/);
    expect(told(await present(sent, {}))).toMatch(/^400 invalid_target/);
  });

  verifies('vestibule:agentcore-inbound-jwt', 'is nothing from somebody who proves no client', async () => {
    const assertion = await house.alices(at.analyst, ['ask']);
    const alone = await house.client.token({ grant_type: grantType, assertion, resource: at.reports });
    expect([alone.status, alone.body['error']]).toEqual([401, 'invalid_client']);
    const named = await house.client.token({
      ...{ grant_type: grantType, assertion, resource: at.reports, client_id: 'analyst-gateway' },
    });
    expect([named.status, named.body['error']]).toEqual([401, 'invalid_client']);
  });

  verifies('vestibule:agentcore-inbound-jwt', 'counts for nothing once it is revoked', async () => {
    const sent = await house.alices(at.analyst, ['ask']);
    await house.client.send('/revoke', {
      method: 'POST',
      body: new URLSearchParams({ token: sent, client_id: 'desk' }),
    });
    expect(told(await present(sent))).toMatch(/^400 invalid_grant/);
  });
});
