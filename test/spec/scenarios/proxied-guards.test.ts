import { afterEach, describe, expect } from 'vitest';
import { itemsAtRest } from '../support/items-at-rest.ts';
import { eventsSince } from '../support/people.ts';
import { bootstrap, startProxiedOffice } from '../support/proxied-office.ts';
import { forThisFile } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

const office = forThisFile(() => startProxiedOffice(['keycloak', 'okta'], { quota: 5 }));
afterEach(() => {
  for (const kind of ['keycloak', 'okta'] as const) {
    office.registrations[kind].answer();
    office.registrations[kind].strike();
    office.idps[kind].play({ metadata: office.registrations[kind].discovery });
  }
});

function counts(): readonly number[] {
  return [office.registrations.keycloak.clients.size, office.registrations.okta.clients.size];
}

async function refusalOf(from: number, reason: string): Promise<unknown> {
  await Promise.resolve();
  return eventsSince(office.company, from).find(
    ({ event, reason: why }) => event === 'client_registration_refused' && why === reason,
  );
}

describe('who may have a client made at a provider', () => {
  verifies(
    'vestibule:proxied-registration',
    'is nobody without a good token of ours, nor with one that is spent, nor with metadata that is not sound',
    async () => {
      const before = office.registrations.okta.calls.register;
      const spent = await office.token(1);
      expect((await office.register('First', spent)).status).toBe(201);
      for (const token of ['rt_none.secret', spent]) {
        expect((await office.register('Stranger', token)).status).toBe(401);
      }
      expect(
        (await office.clients.register({ redirect_uris: ['ftp://x'] }, await office.token())).status,
      ).toBe(400);
      expect(office.registrations.okta.calls.register).toBe(before + 1);
      expect(counts()).toEqual([1, 1]);
    },
  );

  verifies(
    'vestibule:proxied-quota',
    'are as many as the quota says of hundreds that come at once, and another when one has left',
    async () => {
      const token = await office.token();
      const crowd = await Promise.all(
        Array.from({ length: 200 }, (_, at) => office.register(`Crowd ${at}`, token)),
      );
      const made = crowd.filter(({ status }) => status === 201);
      const refused = crowd.filter(({ status }) => status === 429);
      // One is there from before.
      expect([made.length, counts()]).toEqual([4, [5, 5]]);
      expect(made.length + refused.length).toBe(200);
      expect(refused[0]?.body['error_description']).toContain('keycloak');
      expect(refused[0]?.headers.get('retry-after')).toBe('3600');
      const [leaver] = made;
      await office.clients.manage('DELETE', leaver!, leaver!.body['registration_access_token']);
      expect((await office.register('Next', token)).status).toBe(201);
      expect((await office.register('One too many', token)).status).toBe(429);
      for (const { body } of made.slice(1)) {
        await office.operator.admin('DELETE', `clients/${String(body['client_id'])}`);
      }
      await office.later(4_300);
      expect(counts()).toEqual([2, 2]);
    },
    120_000,
  );
});

describe('a client that could not sign people in', () => {
  const without = (name: string) => (answer: Record<string, unknown>) => ({ ...answer, [name]: undefined });
  const cases = [
    [
      'its client secret expires',
      (answer: object) => ({ ...answer, client_secret_expires_at: 1_900_000_000 }),
    ],
    ['pairwise', (answer: object) => ({ ...answer, subject_type: 'pairwise' })],
    ['redirect URI', (answer: object) => ({ ...answer, redirect_uris: ['https://elsewhere.example.com/'] })],
    ['no client secret', without('client_secret')],
    [
      'another token_endpoint_auth_method',
      (answer: object) => ({ ...answer, token_endpoint_auth_method: 'none' }),
    ],
  ] as const;

  verifies(
    'vestibule:proxied-unusable',
    'is removed at once, from the other provider too, and operators are told why',
    async () => {
      const before = counts();
      const token = await office.token();
      for (const [detail, change] of cases) {
        const from = office.company.log.length;
        // The second of two: what the first has made goes too.
        office.registrations.keycloak.answer();
        office.registrations.okta.answer(change);
        const { status, body, headers } = await office.register('Odd', token);
        expect([detail, status, body['error']]).toEqual([detail, 503, 'temporarily_unavailable']);
        expect(headers.get('retry-after')).toBe('60');
        expect([detail, counts()]).toEqual([detail, before]);
        expect(await refusalOf(from, 'enrolment_refused')).toMatchObject({
          ...{ idp: 'okta', detail: expect.stringContaining(detail) as string },
          fix: expect.any(String) as string,
        });
      }
    },
  );

  verifies(
    'vestibule:proxied-unusable',
    'or be removed again is none, and is looked for as long as it may be there',
    async () => {
      const before = counts();
      office.registrations.keycloak.answer(without('registration_access_token'));
      expect((await office.register('Odd', await office.token())).status).toBe(503);
      office.registrations.okta.answer();
      expect(counts()).toEqual([before[0]! + 1, before[1]]);
    },
  );
});

describe('the credential by which clients are registered', () => {
  verifies(
    'vestibule:proxied-unusable',
    'is not taken by the provider: operators are told to put in another',
    async () => {
      const token = await office.token();
      for (const [wrong, kind, detail] of [
        ['expired.keycloak.token', 'keycloak', 'it answered 401 invalid_token'],
        [JSON.stringify({ client_id: 'a', client_secret: 'b' }), 'keycloak', 'is not put in, or not taken'],
      ] as const) {
        const from = office.company.log.length;
        const before = counts();
        await office.putIn(kind, wrong);
        expect((await office.register('Shut out', token)).status).toBe(503);
        expect(counts()).toEqual(before);
        expect(await refusalOf(from, 'enrolment_refused')).toMatchObject({
          ...{ idp: kind, detail: expect.stringContaining(detail) as string },
          fix: expect.stringContaining('initial access token') as string,
        });
      }
      await office.putIn('keycloak', bootstrap.keycloak);
      office.registrations.okta.strike({ on: 'register', how: 403 });
      const from = office.company.log.length;
      expect((await office.register('Forbidden', token)).status).toBe(503);
      expect(await refusalOf(from, 'enrolment_refused')).toMatchObject({
        detail: 'it answered 403 played',
        fix: expect.stringContaining('API token') as string,
      });
    },
  );

  verifies(
    'vestibule:proxied-secrets',
    'goes to the host of the issuer and nowhere else, and what it makes lies sealed',
    async () => {
      const elsewhere = `${office.idps.okta.issuer}/collect`;
      for (const endpoint of [elsewhere, undefined, 17]) {
        const from = office.company.log.length;
        office.idps.keycloak.play({ metadata: { registration_endpoint: endpoint } });
        expect((await office.register('Astray', await office.token())).status).toBe(503);
        expect(await refusalOf(from, 'enrolment_refused')).toMatchObject({
          detail: expect.stringContaining('registration_endpoint') as string,
        });
      }
      expect(office.idps.okta.requests.filter(({ path }) => path === '/collect')).toEqual([]);
      const atRest = JSON.stringify(await itemsAtRest(office.company, 'VaultTable'));
      expect(atRest).toContain('enrolment#okta#dyn_');
      for (const kind of ['keycloak', 'okta'] as const) {
        for (const canary of office.registrations[kind].given) expect(atRest).not.toContain(canary);
      }
    },
  );

  verifies(
    'vestibule:proxied-faults',
    'registers nobody while an operator has disabled one of the providers',
    async () => {
      const before = counts();
      await office.operator.admin('POST', 'idps/okta/disable');
      office.operator.letCachesExpire();
      const { status, headers } = await office.register('Waiting', await office.token());
      expect([status, headers.get('retry-after'), counts()]).toEqual([503, expect.any(String), before]);
      await office.operator.admin('POST', 'idps/okta/enable');
      office.operator.letCachesExpire();
      expect((await office.register('Waiting', await office.token())).status).toBe(201);
    },
  );
});
