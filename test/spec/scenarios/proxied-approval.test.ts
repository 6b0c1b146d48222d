import { decodeJwt } from 'jose';
import { expect } from 'vitest';
import { eventsSince } from '../support/people.ts';
import { bootstrap, type ProxiedKind, startProxiedOffice } from '../support/proxied-office.ts';
import { forThisFile } from '../support/this-file.ts';
import type { Answer } from '../support/driver.ts';
import { verifies } from '../verifies.ts';

const kinds = ['keycloak', 'okta'] as const;
const office = forThisFile(() => startProxiedOffice(kinds, { mode: 'approval', quota: 4 }));
// Longer than any registration is under way, and than the hour until the next sweep.
const untilSwept = 4_300;

async function waiting(name: string): Promise<string> {
  const { status, body } = await office.register(name);
  expect(status).toBe(201);
  return String(body['client_id']);
}

function enable(id: string): Promise<Answer> {
  return office.operator.admin('POST', `clients/${id}/enable`);
}

/** Its ids there, of one or, if something is wrong, of several. */
function ownAt(kind: ProxiedKind, id: string): readonly string[] {
  const { clients, metadata } = office.registrations[kind];
  return [...clients.keys()].filter((own) => String(metadata(own)['client_name']).includes(id));
}

function counts(): readonly number[] {
  return kinds.map((kind) => office.registrations[kind].clients.size);
}

verifies(
  ['vestibule:proxied-approval', 'vestibule:proxied-secrets'],
  'is no client anywhere while it waits, and signs people in as one of its own from when an operator enables it',
  async () => {
    const id = await waiting('Scribe');
    await office.later(untilSwept);
    expect(counts()).toEqual([0, 0]);
    const from = office.company.log.length;
    const enabled = await enable(id);
    expect([enabled.status, enabled.body['state']]).toEqual([200, 'active']);
    for (const kind of kinds) expect(ownAt(kind, id)).toHaveLength(1);
    expect((await enable(id)).status).toBe(200);
    expect(counts()).toEqual([1, 1]);
    await office.later(untilSwept);
    office.operator.letCachesExpire();
    for (const kind of kinds) {
      const told = await office.told(kind, { body: { client_id: id } } as unknown as Answer);
      const asked = office.idps[kind].requests.findLast(({ path }) => path === '/authorize')?.parameters;
      expect(asked?.['client_id']).toBe(ownAt(kind, id)[0]);
      const { body } = await office.redeem(told.get('code') ?? '', { client_id: id });
      expect(decodeJwt(String(body['access_token']))['client_id']).toBe(id);
    }
    const decided = eventsSince(office.company, from).filter(({ event }) => event === 'registration_changed');
    expect(decided[0]).toMatchObject({ kind: 'client', id, change: 'enabled' });
    const shown = `${office.company.log.join('\n')}${enabled.text}`;
    for (const kind of kinds) {
      for (const canary of [bootstrap[kind], ...office.registrations[kind].given]) {
        expect(shown).not.toContain(canary);
      }
    }
    expect((await office.operator.admin('DELETE', `clients/${id}`)).status).toBe(204);
    await office.later(untilSwept);
    expect(counts()).toEqual([0, 0]);
  },
);

verifies(
  'vestibule:proxied-approval',
  'is made once where two operators enable it in the same instant, and again after it was swept as expired',
  async () => {
    const id = await waiting('Popular');
    const all = await Promise.all(Array.from({ length: 8 }, () => enable(id)));
    expect(all.filter(({ status }) => status === 200)).not.toEqual([]);
    for (const { status, headers, body } of all) {
      if (status === 200) continue;
      expect([status, body['error']]).toEqual([503, 'temporarily_unavailable']);
      expect(headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
    }
    expect([(await enable(id)).status, counts()]).toEqual([200, [1, 1]]);
    // Nobody uses it: it expires, and whoever registers the same waits anew.
    await office.later(26 * 3_600);
    expect(counts()).toEqual([0, 0]);
    expect(await waiting('Popular')).toBe(id);
    await office.later(untilSwept);
    expect(counts()).toEqual([0, 0]);
    expect([(await enable(id)).status, counts()]).toEqual([200, [1, 1]]);
    expect((await office.operator.admin('DELETE', `clients/${id}`)).status).toBe(204);
    // Registered anew before the sweep, and let in: what is there is its own again.
    office.company.run.clock.advance(700);
    expect(await waiting('Popular')).toBe(id);
    expect([(await enable(id)).status, counts()]).toEqual([200, [1, 1]]);
    await office.later(untilSwept);
    expect(counts()).toEqual([1, 1]);
    expect((await office.operator.admin('DELETE', `clients/${id}`)).status).toBe(204);
    await office.later(untilSwept);
    expect(counts()).toEqual([0, 0]);
  },
);

verifies(
  ['vestibule:proxied-approval', 'vestibule:proxied-quota'],
  'stays waiting where there is no place or no answer for it, and operators are told in words what to do',
  async () => {
    const ids = await Promise.all(['A', 'B', 'C', 'D', 'E', 'F'].map(waiting));
    const answers = await Promise.all(ids.map(enable));
    expect([answers.filter(({ status }) => status === 200).length, counts()]).toEqual([4, [4, 4]]);
    const full = answers.find(({ status }) => status === 409);
    expect(full?.body).toMatchObject({
      error: 'conflict',
      error_description: expect.stringMatching(/identity provider "keycloak".*quota/) as string,
    });
    const last = ids.filter((_, at) => answers[at]?.status === 409);
    const shown = await office.operator.admin('GET', `clients/${last[0] ?? ''}`);
    expect(shown.body).toMatchObject({ state: 'disabled' });
    const [first = ''] = ids.filter((_, at) => answers[at]?.status === 200);
    await office.operator.admin('DELETE', `clients/${first}`);
    await office.later(untilSwept);
    const from = office.company.log.length;
    office.registrations.okta.strike({ on: 'register', how: 403 });
    const refused = await enable(last[0] ?? '');
    expect([refused.status, refused.body['error']]).toEqual([409, 'conflict']);
    expect(refused.body['error_description']).toMatch(/"okta" does not register.*answered 403.*API token/);
    // At all or at none.
    expect(counts()).toEqual([3, 3]);
    expect(eventsSince(office.company, from)).toContainEqual(
      expect.objectContaining({
        ...{ event: 'registration_refused', id: last[0], change: 'enabled' },
        ...{ reason: 'enrolment_refused', idp: 'okta', detail: 'it answered 403 played' },
      }),
    );
    office.registrations.okta.strike({ on: 'register', how: 503 });
    const down = await enable(last[0] ?? '');
    expect([down.status, down.headers.get('retry-after')]).toEqual([
      503,
      expect.stringMatching(/^[1-9]\d*$/),
    ]);
    expect([(await enable(last[0] ?? '')).status, counts()]).toEqual([200, [4, 4]]);
    for (const id of ids) await office.operator.admin('DELETE', `clients/${id}`);
    await office.later(untilSwept);
    expect(counts()).toEqual([0, 0]);
  },
);

verifies(
  ['vestibule:proxied-approval', 'vestibule:proxied-changes'],
  'keeps its clients at the providers while it waits again after a change, and leaves with them',
  async () => {
    const metadata = (name: string) => ({
      client_name: name,
      redirect_uris: ['https://app.example.com/callback'],
      token_endpoint_auth_method: 'client_secret_basic',
    });
    const registered = await office.clients.register(metadata('Draft'));
    const id = String(registered.body['client_id']);
    expect((await enable(id)).status).toBe(200);
    const own = kinds.map((kind) => ownAt(kind, id));
    const access = registered.body['registration_access_token'];
    const changed = { ...metadata('Final'), client_id: id };
    expect((await office.clients.manage('PUT', registered, access, changed)).status).toBe(200);
    await office.later(untilSwept);
    expect(kinds.map((kind) => ownAt(kind, id))).toEqual(own);
    expect(office.registrations.okta.metadata(own[1]?.[0] ?? '')['client_name']).toBe(`Final (${id})`);
    expect((await enable(id)).status).toBe(200);
    expect(kinds.map((kind) => ownAt(kind, id))).toEqual(own);
    expect((await office.clients.manage('DELETE', registered, access)).status).toBe(204);
    expect(counts()).toEqual([0, 0]);
  },
);

verifies(
  'vestibule:proxied-approval',
  'is not made anew while nobody knows whether a provider made it, and is found and removed where one may look',
  async () => {
    const id = await waiting('Lost');
    office.registrations.okta.strike({ on: 'register', how: 'lost after' });
    expect((await enable(id)).status).toBe(503);
    expect(ownAt('okta', id)).toHaveLength(1);
    expect((await enable(id)).status).toBe(503);
    office.company.run.clock.advance(91);
    const unknown = await enable(id);
    expect([unknown.status, unknown.body['error_description']]).toEqual([
      409,
      expect.stringMatching(/did not answer whether it made "Lost.*try again after the next hourly sweep/),
    ]);
    expect(ownAt('okta', id)).toHaveLength(1);
    await office.later(untilSwept);
    expect(ownAt('okta', id)).toEqual([]);
    expect([(await enable(id)).status, counts()]).toEqual([200, [1, 1]]);
  },
);
