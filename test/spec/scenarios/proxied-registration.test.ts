import { decodeJwt } from 'jose';
import { expect } from 'vitest';
import { eventsSince } from '../support/people.ts';
import { bootstrap, type ProxiedKind, startProxiedOffice } from '../support/proxied-office.ts';
import { forThisFile } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

const kinds = ['keycloak', 'okta', 'auth0'] as const;
const office = forThisFile(() => startProxiedOffice(kinds));

function clientsAt(kind: ProxiedKind): readonly string[] {
  return [...office.registrations[kind].clients.keys()];
}

verifies(
  ['vestibule:proxied-registration', 'rfc7591:3:proxied'],
  'makes a client that registers one of its own at every provider, with our callback and nothing of its own but the name',
  async () => {
    const from = office.company.log.length;
    const registered = await office.register('Scribe');
    expect(registered.status).toBe(201);
    const id = String(registered.body['client_id']);
    for (const kind of kinds) {
      const [own = ''] = clientsAt(kind);
      expect(clientsAt(kind)).toHaveLength(1);
      expect(office.registrations[kind].metadata(own)).toMatchObject({
        client_name: `Scribe (${id})`,
        redirect_uris: [`${office.company.issuer}/callback/${kind}`],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
      });
    }
    // OIDC Core §8: with a pairwise subject a person would be another one with each client.
    expect(office.registrations.keycloak.metadata(clientsAt('keycloak')[0] ?? '')).toMatchObject({
      subject_type: 'public',
    });
    expect(eventsSince(office.company, from)).toContainEqual(
      expect.objectContaining({ event: 'client_registered', clientId: id, enrolledAt: kinds }),
    );
  },
);

verifies(
  'vestibule:proxied-sign-in',
  'signs people in as that client, and asks for them later as that client, which alone the provider takes',
  async () => {
    const [one, other] = [await office.register('One'), await office.register('Other')];
    const persons = new Set<unknown>();
    for (const kind of kinds) {
      const [ofOne, ofOther] = clientsAt(kind).slice(-2);
      for (const [client, own] of [[one, ofOne] as const, [other, ofOther] as const]) {
        const told = await office.told(kind, client);
        const asked = office.idps[kind].requests.findLast(({ path }) => path === '/authorize')?.parameters;
        expect([asked?.['client_id'], asked?.['redirect_uri']]).toEqual([
          own,
          `${office.company.issuer}/callback/${kind}`,
        ]);
        const clientId = String(client.body['client_id']);
        const { body } = await office.redeem(told.get('code') ?? '', { client_id: clientId });
        persons.add(decodeJwt(String(body['access_token'])).sub);
        office.company.run.clock.advance(61);
        const before = office.idps[kind].refreshes();
        // The fake takes a refresh token of the client alone that it was issued to (RFC 6749 §6).
        expect((await office.refresh(body['refresh_token'], { client_id: clientId })).status).toBe(200);
        expect(office.idps[kind].refreshes()).toBe(before + 1);
      }
    }
    // One person at each provider, whichever client they use.
    expect(persons.size).toBe(kinds.length);
  },
);

verifies(
  ['vestibule:proxied-leaving', 'rfc7592:2.3:proxied'],
  'removes a client from every provider that removes itself, is removed by an operator, or expires',
  async () => {
    const [itself, byOperator, unused] = [
      await office.register('Itself'),
      await office.register('By operator'),
      await office.register('Unused'),
    ];
    const before = kinds.map((kind) => clientsAt(kind).length);
    const access = itself.body['registration_access_token'];
    expect((await office.clients.manage('DELETE', itself, access)).status).toBe(204);
    expect(kinds.map((kind) => clientsAt(kind).length)).toEqual(before.map((count) => count - 1));
    const id = String(byOperator.body['client_id']);
    expect((await office.operator.admin('DELETE', `clients/${id}`)).status).toBe(204);
    await office.later(3_600);
    expect(kinds.map((kind) => clientsAt(kind).length)).toEqual(before.map((count) => count - 2));
    const from = office.company.log.length;
    await office.later(26 * 3_600);
    for (const kind of kinds) {
      const names = clientsAt(kind).map((own) =>
        String(office.registrations[kind].metadata(own)['client_name']),
      );
      // Who was signed in with stays; nobody has used those.
      expect(names.map((name) => name.split(' ')[0]).sort()).toEqual(['One', 'Other']);
    }
    expect(eventsSince(office.company, from)).toContainEqual(
      expect.objectContaining({
        ...{ event: 'enrolment_ended', reason: 'client_expired', outcome: 'removed', idp: 'okta' },
        clientId: unused.body['client_id'],
      }),
    );
  },
);

verifies(
  'vestibule:proxied-secrets',
  'lets no log, no answer and no page have what clients are registered, proved or removed by',
  async () => {
    const shown = office.company.log.join('\n');
    for (const kind of kinds) {
      for (const canary of [bootstrap[kind], ...office.registrations[kind].given]) {
        expect(shown).not.toContain(canary);
      }
      expect(office.registrations[kind].given.length).toBeGreaterThan(6);
    }
    const registered = await office.register('Curious');
    for (const canary of office.registrations.keycloak.given) expect(registered.text).not.toContain(canary);
  },
);
