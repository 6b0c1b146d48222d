import { afterEach, describe, expect } from 'vitest';
import { type Answer, answer } from '../support/driver.ts';
import { eventsSince } from '../support/people.ts';
import { startProxiedOffice } from '../support/proxied-office.ts';
import { callsDuring, faultsAt } from '../support/struck-calls.ts';
import { forThisFile, mend, strike } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

const kinds = ['keycloak', 'okta'] as const;
const office = forThisFile(() => startProxiedOffice(kinds));
afterEach(() => {
  mend(office.company);
});

/** The providers can tell of logouts, and Ann is in that session there. */
function play(session: string): void {
  for (const kind of kinds) {
    office.idps[kind].play({
      metadata: { ...office.registrations[kind].discovery, backchannel_logout_supported: true },
      person: { sub: 'ann', name: 'Ann', sid: session },
    });
  }
}

const upstreamIds = (): readonly string[] => [...office.registrations.keycloak.clients.keys()];
const uriOf = (upstreamId: string | undefined): unknown =>
  office.registrations.keycloak.metadata(upstreamId ?? '')['backchannel_logout_uri'];

async function newClient(name: string): Promise<{ readonly client: Answer; readonly own: string }> {
  const client = await office.register(name);
  return { client, own: upstreamIds().at(-1) ?? '' };
}

async function granted(client: Answer): Promise<Answer['body']> {
  const told = await office.told('keycloak', client);
  const client_id = String(client.body['client_id']);
  return (await office.redeem(told.get('code') ?? '', { client_id })).body;
}

async function goesOn(client: Answer, tokens: Answer['body']): Promise<boolean> {
  const client_id = String(client.body['client_id']);
  return (await office.refresh(tokens['refresh_token'], { client_id })).status === 200;
}

async function tell(uri: unknown, token: string): Promise<Answer> {
  const body = new URLSearchParams({ logout_token: token });
  return answer(await fetch(String(uri), { method: 'POST', body }));
}

describe('a client of its own at a provider that tells of logouts', () => {
  verifies(
    ['vestibule:proxied-logout', 'oidc-backchannel:2.2:proxied'],
    'says where it is told, and a logout that it is told of ends what came of that session',
    async () => {
      play('one');
      const { client, own } = await newClient('Scribe');
      const id = String(client.body['client_id']);
      expect(office.registrations.keycloak.metadata(own)).toMatchObject({
        backchannel_logout_uri: `${office.company.issuer}/backchannel-logout/keycloak/${id}`,
        backchannel_logout_session_required: true,
      });
      // Okta takes no such member.
      const [atOkta = ''] = office.registrations.okta.clients.keys();
      expect(office.registrations.okta.metadata(atOkta)).not.toHaveProperty('backchannel_logout_uri');
      const tokens = await granted(client);
      play('two');
      const others = await granted(client);
      office.company.run.clock.advance(1);
      const from = office.company.log.length;
      const token = await office.idps.keycloak.logoutToken({ aud: own, sid: 'one', sub: null });
      expect((await tell(uriOf(own), token)).status).toBe(200);
      expect(eventsSince(office.company, from)).toContainEqual(
        expect.objectContaining({ event: 'signed_out_upstream', idp: 'keycloak', of: 'session' }),
      );
      expect([await goesOn(client, tokens), await goesOn(client, others)]).toEqual([false, true]);
    },
  );

  verifies(
    'vestibule:proxied-logout',
    'takes no word that another client was told, nor does another one take its own',
    async () => {
      play('three');
      const [one, other] = [await newClient('One'), await newClient('Other')];
      const tokens = await granted(one.client);
      office.company.run.clock.advance(1);
      const root = `${office.company.issuer}/backchannel-logout/keycloak`;
      const ofOne = () => office.idps.keycloak.logoutToken({ aud: one.own, sid: 'three' });
      const ofDeployment = () => office.idps.keycloak.logoutToken({ sid: 'three' });
      const cases: readonly (readonly [RegExp, unknown, string])[] = [
        [/aud is another client/, root, await ofOne()],
        [/aud is another client/, uriOf(other.own), await ofOne()],
        [/aud is another client/, uriOf(one.own), await ofDeployment()],
        [/not enrolled/, `${root}/dyn_${'a'.repeat(22)}`, await ofOne()],
        [/could be enrolled/, `${root}/vestibule`, await ofDeployment()],
        [/could be enrolled/, `${root}/dyn_%23`, await ofOne()],
      ];
      for (const [words, uri, token] of cases) {
        const { status, body } = await tell(uri, token);
        expect([uri, status, body['error_description']]).toEqual([uri, 400, expect.stringMatching(words)]);
      }
      expect(await goesOn(one.client, tokens)).toBe(true);
      expect((await tell(root, await ofDeployment())).status).toBe(200);
      expect(await goesOn(one.client, tokens)).toBe(false);
    },
  );

  verifies(
    ['vestibule:proxied-logout', 'vestibule:proxied-faults'],
    'is heard in the end, whichever call to AWS fails on the way',
    async () => {
      play('calm');
      const { client, own } = await newClient('Struck');
      await granted(client);
      office.company.run.clock.advance(1);
      const tokenOf = (sid: string) => office.idps.keycloak.logoutToken({ aud: own, sid, sub: null });
      const calm = await tokenOf('calm');
      const calls = await callsDuring(office.company, ['Authorization', 'Downstream'], () =>
        tell(uriOf(own), calm),
      );
      expect(calls.map(({ target }) => target)).toContain('dynamodb:GetItem~Downstream');
      for (const fault of calls.flatMap(faultsAt)) {
        play(fault);
        const tokens = await granted(client);
        office.company.run.clock.advance(1);
        const token = await tokenOf(fault);
        strike(office.company, fault);
        const { status } = await tell(uriOf(own), token);
        mend(office.company);
        expect([fault, [200, 503].includes(status)]).toEqual([fault, true]);
        expect([fault, (await tell(uriOf(own), token)).status]).toEqual([fault, 200]);
        expect([fault, await goesOn(client, tokens)]).toEqual([fault, false]);
      }
    },
    120_000,
  );
});
