import { decodeJwt } from 'jose';
import { describe, expect } from 'vitest';
import { createVerifier } from '../../../lambdas/resource-server/index.ts';
import { instant } from '../../../lambdas/runtime/clock.ts';
import type { Answer } from '../support/driver.ts';
import { at } from '../support/exchanging.ts';
import { type Sent, startGoingOn } from '../support/going-on.ts';
import { forThisFile } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

const house = forThisFile(() => startGoingOn());
const [minute, day] = [60, 86_400];

/** What the reports got for a token of alice: the refresh token that is current, and an access token that came of it. */
interface Family extends Sent {
  readonly current: string;
  readonly access: string;
}

async function newFamily(): Promise<Family> {
  const sent = await house.sent();
  const { body, status, text } = await house.refresh(await house.familyOf(sent.token));
  expect([status, text]).toEqual([200, text]);
  return { ...sent, current: String(body['refresh_token']), access: String(body['access_token']) };
}

const told = ({ status, body }: Answer): string =>
  status === 200 ? 'a token' : `${String(body['error'])}: ${String(body['error_description'])}`;

/** What the server of the target learns by asking, and half a minute later by itself. */
async function counts(token: string): Promise<readonly unknown[]> {
  const now = (): number => Math.floor(house.run.clock.now() / 1000);
  const verifier = createVerifier({ issuer: house.issuer, resource: at.ledger, now });
  const asked = await house.isActive(token);
  house.run.clock.advance(29);
  return [asked, (await verifier.verify(`Bearer ${token}`)).ok];
}

const alive = [true, true];
const over = [false, false];

describe('a refresh token that came of an exchange ends for good, and its access tokens with it, once', () => {
  for (const [what, end, words] of [
    [
      'the token is revoked that it was exchanged for',
      ({ token }: Family) => house.revoke('desk', token),
      'the token was revoked that it was exchanged for',
    ],
    [
      'the client of the person revokes the grant',
      ({ refreshToken }: Family) => house.revoke('desk', refreshToken),
      'the client revoked it',
    ],
    [
      'the grant of the person ends',
      async ({ granted }: Family) => {
        const now = instant(Math.floor(house.run.clock.now() / 1000));
        await house.granting.grants.end(granted.grantId, { at: now, reason: 'withdrawn' }, 'request-1');
      },
      'the person withdrew it',
    ],
    [
      'its own client revokes it',
      ({ current }: Family) => house.revoke('reports-server', current),
      'the client revoked it',
    ],
  ] as const) {
    verifies(['vestibule:exchange-refresh-ends', 'vestibule:chain-ends'], what, async () => {
      const family = await newFamily();
      expect(await counts(family.access)).toEqual(alive);
      await end(family);
      expect(await counts(family.access)).toEqual(over);
      const refused = await house.refresh(family.current);
      expect(told(refused)).toBe(`invalid_grant: the grant has ended: ${words}`);
      // Nor does it come back: of what ended it nothing is forgotten while it could live.
      house.run.clock.advance(20 * day);
      expect(told(await house.refresh(family.current))).toMatch(/^invalid_grant: the grant has ended/);
    });
  }

  verifies(
    'vestibule:exchange-refresh-ends',
    'the token is revoked, though nobody refreshed until it had expired',
    async () => {
      const { token } = await house.sent();
      const first = await house.familyOf(token);
      await house.revoke('desk', token);
      house.run.clock.advance(9 * day);
      expect(told(await house.refresh(first))).toContain('the token was revoked that it was exchanged for');
    },
  );

  verifies(
    'vestibule:exchange-refresh-ends',
    'the token is revoked, which the feed of ends tells until the last that came of it has expired',
    async () => {
      const { token } = await house.sent();
      const first = await house.familyOf(token);
      house.run.clock.advance(14 * minute);
      const access = String((await house.refresh(first)).body['access_token']);
      await house.revoke('desk', token);
      // The set of those that expire with the token is not in the feed any more.
      house.run.clock.advance(13 * minute + 30);
      expect(decodeJwt(access).exp! * 1000).toBeGreaterThan(house.run.clock.now() + 30_000);
      expect(await counts(access)).toEqual(over);
    },
  );

  verifies(
    'vestibule:exchange-refresh-ends',
    'the client of the person has not used its own for too long; its own end is no end of that',
    async () => {
      const family = await newFamily();
      let current = family.current;
      for (let days = 0; days < 30; days += 10) {
        const { body, text, status } = await house.refresh(current);
        expect([days, status, text]).toEqual([days, 200, text]);
        current = String(body['refresh_token']);
        house.run.clock.advance(10 * day);
      }
      expect(told(await house.refresh(current))).toMatch(
        /^invalid_grant: the grant has ended: the client that/,
      );
      const other = await newFamily();
      await house.revoke('reports-server', other.current);
      const { status } = await house.granting.refresh(other.refreshToken, 'desk');
      expect(status).toBe(200);
    },
  );

  verifies(
    'vestibule:exchange-refresh-ends',
    'one of it that was replaced is used again, and the grant of the person goes on',
    async () => {
      const { token, refreshToken } = await house.sent();
      const first = await house.familyOf(token);
      const { body } = await house.refresh(first);
      house.run.clock.advance(2 * minute);
      expect(told(await house.refresh(first))).toContain('was replaced before');
      expect(told(await house.refresh(body['refresh_token']))).toContain('the grant has ended');
      expect(await counts(String(body['access_token']))).toEqual(over);
      expect((await house.granting.refresh(refreshToken, 'desk')).status).toBe(200);
    },
  );

  verifies('vestibule:exchange-refresh-ends', 'whoever stole it is another client', async () => {
    const { current, access } = await newFamily();
    const stolen = await house.refresh(current, {}, 'courier-client');
    expect(told(stolen)).toMatch(/^(invalid_grant|unauthorized_client)/);
    await house.revoke('courier-client', current);
    expect(await counts(access)).toEqual(alive);
    expect(told(await house.refresh(current))).toBe('a token');
  });
});

describe('a refresh token that came of an exchange gives nothing, for as long as', () => {
  for (const [what, path] of [
    ['the client is disabled that the person let in', 'clients/desk'],
    ['the resource is disabled that the token was for', 'resources/reports'],
    ['its target is disabled', 'resources/ledger'],
    ['the identity provider of the person is disabled', 'idps/demo'],
  ] as const) {
    verifies('vestibule:exchange-refresh-ends', what, async () => {
      const { current, access } = await newFamily();
      expect((await house.client.admin('POST', `${path}/disable`)).status).toBe(200);
      // Of providers, as in every exchange, what is known is five seconds old at most; all else is asked at this moment.
      if (path === 'idps/demo') house.client.letCachesExpire();
      const refused = await house.refresh(current);
      if (path !== 'idps/demo')
        expect(told(refused)).toMatch(/^invalid_grant: the refresh_token gives nothing/);
      const stood = path === 'clients/desk' ? await house.isActive(access) : false;
      expect((await house.client.admin('POST', `${path}/enable`)).status).toBe(200);
      house.client.letCachesExpire();
      expect([refused.status, stood, told(await house.refresh(current))]).toEqual([400, false, 'a token']);
    });
  }
});
