import { decodeJwt } from 'jose';
import { describe, expect } from 'vitest';
import { newDpopKey } from '../../support/dpop-key.ts';
import { accessToken, at, grantType, jwt, refusedAt, startExchanging } from '../support/exchanging.ts';
import { alice } from '../support/granted.ts';
import { eventsSince } from '../support/people.ts';
import { provingAt } from '../support/proving.ts';
import { forThisFile } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

const house = forThisFile(() =>
  startExchanging((config) => ({
    ...config,
    delegation: { maximumDepth: 2 },
    resources: config.resources.map((resource) =>
      resource.id === 'analyst' ? { ...resource, audience: 'urn:example:analyst' } : resource,
    ),
  })),
);
const refused = refusedAt(house, { resource: at.ledger, scope: 'ledger:read' });

describe('a resource with a registered actor', () => {
  verifies(
    ['rfc8693:4.4:may-act', 'vestibule:exchange-presenter'],
    'names it in its tokens, and nobody else may exchange them, not even its own server',
    async () => {
      const sent = await house.alices(at.ledger, ['ledger:read']);
      expect(decodeJwt(sent)['may_act']).toEqual({ sub: 'courier' });
      const token = await house.exchanged('courier-client', sent, { resource: at.safe, scope: 'open' });
      expect((await house.introspect('safe-server', token)).body).toMatchObject({
        ...{ active: true, sub: alice.id, scope: 'open', agent_id: 'courier' },
        act: { sub: 'courier', client_id: 'courier-client', agent_id: 'courier' },
      });
      expect((await refused(sent, {})).why).toBe('may_not_act');
      // Without a name of its own a token says nothing of actors, and the courier has nothing to do with it.
      const other = await house.alices(at.reports, ['reports:read']);
      expect(decodeJwt(other)).not.toHaveProperty('may_act');
      const outcome = await refused(other, { resource: at.safe, scope: undefined }, 'courier-client');
      expect(outcome.why).toBe('not_the_audience');
    },
  );

  verifies('rfc8693:4.4:may-act', 'is an agent that is called by another name than its URI', async () => {
    const sent = await house.alices(at.analyst, ['ask']);
    expect(decodeJwt(sent)).toMatchObject({ aud: 'urn:example:analyst', may_act: { sub: 'analyst' } });
    const token = await house.exchanged('analyst-client', sent, { resource: at.reports });
    expect(decodeJwt(token)).toMatchObject({ aud: at.reports, act: { sub: 'analyst' } });
    // By that name it is asked for as well.
    const first = await house.alices(at.planner, ['plan']);
    const named = await house.exchanged('planner-client', first, { audience: 'urn:example:analyst' });
    expect(decodeJwt(named).aud).toBe('urn:example:analyst');
  });
});

describe('a rule of impersonation', () => {
  verifies(
    'vestibule:exchange-impersonation',
    'gives a token that does not say who acts; the audit trail does, and so does all that follows',
    async () => {
      const sent = await house.alices(at.planner, ['plan']);
      const from = house.log.length;
      const token = await house.exchanged('planner-client', sent, { resource: at.reports });
      const claims = decodeJwt(token);
      expect(claims).toMatchObject({
        sub: alice.id,
        client_id: 'planner-client',
        jti_chain: [decodeJwt(sent).jti],
      });
      expect(claims).not.toHaveProperty('act');
      expect(eventsSince(house, from)).toMatchObject([{ via: ['planner'], parentJti: decodeJwt(sent).jti }]);
      const next = await house.exchanged('reports-server', token, { resource: at.ledger });
      expect(decodeJwt(next)['act']).toMatchObject({ sub: 'reports-server', act: { sub: 'planner' } });
    },
  );

  verifies('vestibule:exchange-impersonation', 'makes nobody forgotten who acted before', async () => {
    const sent = await house.alices(at.planner, ['plan'], { clientId: 'demo-desk', agentId: 'analyst' });
    const token = await house.exchanged('planner-client', sent, { resource: at.reports });
    expect(decodeJwt(token)['act']).toMatchObject({ sub: 'planner', act: { sub: 'analyst' } });
  });
});

describe('a chain', () => {
  verifies('vestibule:exchange-chain', 'is no longer than the config lets it be', async () => {
    const first = await house.alices(at.planner, ['plan']);
    const second = await house.exchanged('planner-client', first, { resource: at.analyst });
    const third = await house.exchanged('analyst-client', second, { resource: at.reports });
    const { answer, why } = await refused(third, {});
    expect([why, answer]).toEqual([
      'chain_too_deep',
      [
        400,
        'invalid_request',
        'the chain of the subject_token would be longer than it may be here: 2 actors',
      ],
    ]);
  });
});

describe('an opaque token', () => {
  verifies(
    ['rfc8693:2.1:subject-token-type', 'vestibule:exchange-opaque'],
    'is what a target gets that wants it so, and is no JWT',
    async () => {
      const sent = await house.alices(at.ledger, ['ledger:read']);
      const token = await house.exchanged('courier-client', sent, { resource: at.safe });
      expect(token).toMatch(/^vat_/);
      const more = { resource: at.safe, scope: undefined };
      const asJwt = { ...more, requested_token_type: jwt };
      expect((await refused(sent, asJwt, 'courier-client')).why).toBe('target_opaque');
      const opaque = await house.agents('courier-client', { resource: at.safe, scope: 'look' });
      expect((await refused(opaque, { ...more, subject_token_type: jwt }, 'courier-client')).why).toBe(
        'subject_opaque',
      );
      expect((await refused(opaque, more, 'courier-client')).why).toBe('subject_token_of_requester');
    },
  );
});

describe('a token that is bound to a key', () => {
  verifies(
    'vestibule:exchange-bound',
    'is exchanged by whom it was sent to without that key, and what comes of it is bound to theirs',
    async () => {
      const [deskKey, serverKey] = [await newDpopKey(), await newDpopKey()];
      const headers = await house.as('reports-server');
      const form = { grant_type: grantType, subject_token_type: accessToken, resource: at.ledger };
      const code = await house.granting.code({
        clientId: 'desk',
        resource: at.reports,
        scope: ['reports:read'],
        offline: false,
      });
      const redeeming = {
        ...{ grant_type: 'authorization_code', client_id: 'desk', code: code.code },
        ...{ code_verifier: code.verifier, redirect_uri: code.redirectUri },
      };
      const proving = provingAt(house, house.client, { key: deskKey, form: redeeming, headers: {} });
      const { body: sent } = await proving.token(deskKey, redeeming);
      const subject = String(sent['access_token']);
      expect(decodeJwt(subject)['cnf']).toEqual({ jkt: deskKey.jkt });
      const plain = await house.client.token({ ...form, subject_token: subject }, headers);
      expect([plain.status, plain.body['token_type']]).toEqual([200, 'Bearer']);
      const bound = await proving.token(serverKey, { ...form, subject_token: subject }, headers);
      expect([bound.status, bound.body['token_type']]).toEqual([200, 'DPoP']);
      expect(decodeJwt(String(bound.body['access_token']))['cnf']).toEqual({ jkt: serverKey.jkt });
      // At the other door the proof names that door.
      const url = `${house.issuer}/exchange`;
      const ask = async (proof: string) =>
        house.client.send('/exchange', {
          ...{ method: 'POST', headers: { ...headers, dpop: proof } },
          body: new URLSearchParams({ ...form, subject_token: subject }),
        });
      expect((await ask(await proving.proof(serverKey, { url }))).status).toBe(200);
      expect((await ask(await proving.proof(serverKey))).body['error']).toBe('invalid_dpop_proof');
    },
  );
});
