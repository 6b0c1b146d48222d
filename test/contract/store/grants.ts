import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { EndsReader } from '../../../lambdas/ports/ends.ts';
import type { Family, Grants, Marked, StoredGrant } from '../../../lambdas/ports/grants.ts';
import type { TokenStandings } from '../../../lambdas/ports/token-standing.ts';
import { after } from '../../../lambdas/runtime/clock.ts';
import { endedName } from '../../../lambdas/runtime/ended-name.ts';
import type { ClientId, GrantId, ResourceUri } from '../../../lambdas/runtime/identifiers.ts';
import { aFamily, aGrant, rotated } from './mothers.ts';
import type { UnrulyNetwork } from './unruly-network.ts';

export interface GrantsSubject {
  readonly grants: Grants;
  readonly network: UnrulyNetwork;
}

export interface WatchedGrants extends GrantsSubject {
  readonly ends: EndsReader;
  readonly standings: TokenStandings;
}

/** A thousand callers redeem one code at once, with at least 200 calls under way: exactly one may win. */
export async function expectOneRedemption({ grants, network }: GrantsSubject): Promise<void> {
  const grant = aGrant();
  await grants.create(grant);
  const marks = await Promise.all(Array.from({ length: 1_000 }, () => redeem(grants, grant)));
  expect(network.mostInFlight()).toBeGreaterThanOrEqual(200);
  expect(marks.filter(({ won }) => won)).toHaveLength(1);
}

/** The same of one rotation: every caller names the same current secret. */
export async function expectOneRotation({ grants, network }: GrantsSubject): Promise<void> {
  const { grant, family } = await redeemed(grants);
  const marks = await Promise.all(Array.from({ length: 1_000 }, () => rotate(grants, grant, family)));
  expect(network.mostInFlight()).toBeGreaterThanOrEqual(200);
  expect(marks.filter(({ won }) => won)).toHaveLength(1);
}

function redeem(
  grants: Grants,
  { terms, code, createdAt }: StoredGrant,
  family?: Family,
  attempt = randomUUID(),
) {
  const redemption = { at: after(createdAt, 1), codeDigest: code.digest, attempt };
  return grants.redeem(terms.id, { ...redemption, ...(family && { family }) });
}

function rotate(
  grants: Grants,
  { terms }: StoredGrant,
  from: Family,
  attempt = randomUUID(),
): Promise<Marked> {
  return grants.rotate(terms.id, { from: from.current, next: rotated(from), attempt });
}

async function redeemed(grants: Grants): Promise<{ readonly grant: StoredGrant; readonly family: Family }> {
  const [grant, family] = [aGrant(), aFamily()];
  await grants.create(grant);
  expect(await redeem(grants, grant, family)).toEqual({ won: true });
  return { grant, family };
}

const theEnd = (grant: StoredGrant) => ({ at: after(grant.createdAt, 5), reason: 'revoked' });

/** What every store of grants promises. `make` gives one whose replies come late and out of order. */
export function describeGrants(make: () => WatchedGrants): void {
  let subject: WatchedGrants;
  beforeAll(() => {
    subject = make();
  });

  describe('a store of grants', () => {
    it('has a grant that came of an exchange, with its family from the first', async () => {
      const parent = { jti: 'one', clientId: 'desk' as ClientId, expiresAt: 1_800_000_100.5, scope: [] };
      const { terms, createdAt, code } = aGrant();
      const origin = { root: 'root' as GrantId, resource: 'https://a.example.com/' as ResourceUri, parent };
      const grant = { terms: { ...terms, origin }, createdAt, code, family: aFamily() };
      await subject.grants.open(grant);
      // Asked again, as where its reply was lost, it is done; another one of that id is none.
      await subject.grants.open(grant);
      expect(await subject.grants.find(terms.id)).toEqual(grant);
      const other = { ...grant, code: { ...code, digest: 'another' } };
      await expect(subject.grants.open(other)).rejects.toThrow('another grant of that id');
      expect(await rotate(subject.grants, grant, grant.family)).toEqual({ won: true });
      expect(await redeem(subject.grants, { ...grant, code: { ...code, digest: 'no' } })).toMatchObject({
        won: false,
      });
    });

    it('has what was created, and nothing else', async () => {
      const grant = aGrant();
      await subject.grants.create(grant);
      expect(await subject.grants.find(grant.terms.id)).toEqual(grant);
      expect(await subject.grants.find('nobody' as GrantId)).toBeUndefined();
    });

    it('creates a grant once, though the reply is lost, and never one over another', async () => {
      const grant = aGrant();
      subject.network.loseNextReply('PutItem');
      await subject.grants.create(grant);
      await subject.grants.create(grant);
      expect(await subject.grants.find(grant.terms.id)).toEqual(grant);
      await expect(subject.grants.create(aGrant({ terms: grant.terms }))).rejects.toThrow();
      expect(await subject.grants.find(grant.terms.id)).toEqual(grant);
    });

    it('redeems a code for exactly one of a thousand concurrent callers', async () => {
      await expectOneRedemption(subject);
    });

    it('shows to all others the grant as it was redeemed', async () => {
      const { grant, family } = await redeemed(subject.grants);
      const code = { ...grant.code, redeemedAt: after(grant.createdAt, 1) };
      const taken = { ...grant, code, family };
      expect(await redeem(subject.grants, grant, aFamily())).toEqual({ won: false, taken });
      expect(await subject.grants.find(grant.terms.id)).toEqual(taken);
    });

    it('redeems no other code, none that is expired, and none of a grant that is not there', async () => {
      const grant = aGrant();
      await subject.grants.create(grant);
      const other = { ...grant, code: { ...grant.code, digest: 'other' } };
      expect(await redeem(subject.grants, other)).toEqual({ won: false, taken: grant });
      const late = { ...grant, createdAt: after(grant.createdAt, 59) };
      expect(await redeem(subject.grants, late)).toEqual({ won: false, taken: grant });
      expect(await redeem(subject.grants, aGrant())).toEqual({ won: false, taken: undefined });
      expect(await subject.grants.find(grant.terms.id)).toEqual(grant);
    });

    it('finds those of many that are kept, however many are asked for', async () => {
      const made = Array.from({ length: 130 }, () => aGrant());
      await Promise.all(made.map((grant) => subject.grants.create(grant)));
      const ids = made.map(({ terms }) => terms.id);
      const gone = 'never-made-by-anybody' as GrantId;
      const found = await subject.grants.several([...ids, gone, ...ids.slice(0, 3)]);
      expect(found.map(({ terms }) => terms.id).toSorted()).toEqual(ids.toSorted());
      expect(await subject.grants.several([])).toEqual([]);
    });

    it('takes a redemption whose reply was lost for the attempt that made it, for as long as the grant is there', async () => {
      const [grant, family, attempt] = [aGrant(), aFamily(), randomUUID()];
      await subject.grants.create(grant);
      const before = subject.network.sent('UpdateItem');
      subject.network.loseNextReply('UpdateItem');
      expect(await redeem(subject.grants, grant, family, attempt)).toEqual({ won: true });
      expect(subject.network.sent('UpdateItem') - before).toBe(2);
      expect(await rotate(subject.grants, grant, family)).toEqual({ won: true });
      expect(await redeem(subject.grants, grant, family, attempt)).toEqual({ won: true });
      expect(await redeem(subject.grants, grant, family)).toMatchObject({ won: false });
    });

    it('rotates a family for exactly one of a thousand concurrent callers', async () => {
      await expectOneRotation(subject);
    });

    it('shows to all others the family as it was rotated', async () => {
      const { grant, family } = await redeemed(subject.grants);
      const next = rotated(family);
      const rotation = { from: family.current, next, attempt: randomUUID() };
      expect(await subject.grants.rotate(grant.terms.id, rotation)).toEqual({ won: true });
      expect(await rotate(subject.grants, grant, family)).toMatchObject({
        won: false,
        taken: { family: next },
      });
      expect((await subject.grants.find(grant.terms.id))?.family).toEqual(next);
    });

    it('takes a rotation whose reply was lost for the attempt that made it', async () => {
      const { grant, family } = await redeemed(subject.grants);
      const attempt = randomUUID();
      subject.network.loseNextReply('UpdateItem');
      expect(await rotate(subject.grants, grant, family, attempt)).toEqual({ won: true });
      expect(await rotate(subject.grants, grant, family)).toMatchObject({ won: false });
    });

    it('rotates nothing of a grant whose code is not redeemed', async () => {
      const grant = aGrant();
      await subject.grants.create(grant);
      expect(await rotate(subject.grants, grant, aFamily())).toEqual({ won: false, taken: grant });
    });
  });

  describe('the end of a grant', () => {
    it('is made by exactly one of many callers, and the first one stays', async () => {
      const { grant } = await redeemed(subject.grants);
      const ends = Array.from({ length: 50 }, (_, nth) =>
        subject.grants.end(grant.terms.id, { ...theEnd(grant), reason: `reason ${nth}` }, `request ${nth}`),
      );
      const outcomes = await Promise.all(ends);
      expect(outcomes.filter(Boolean)).toHaveLength(1);
      const reason = `reason ${outcomes.indexOf(true)}`;
      expect((await subject.grants.find(grant.terms.id))?.ended).toEqual({ ...theEnd(grant), reason });
    });

    it('takes a lost reply for a success', async () => {
      const { grant } = await redeemed(subject.grants);
      subject.network.loseNextReply('TransactWriteItems');
      expect(await subject.grants.end(grant.terms.id, theEnd(grant), 'request')).toBe(true);
    });

    it('is none where there is no grant', async () => {
      const grant = aGrant();
      expect(await subject.grants.end(grant.terms.id, theEnd(grant), 'request')).toBe(false);
      expect(await subject.grants.find(grant.terms.id)).toBeUndefined();
    });

    it('keeps code and family from being used, and loses no race against them', async () => {
      const fresh = aGrant();
      await subject.grants.create(fresh);
      await subject.grants.end(fresh.terms.id, theEnd(fresh), 'request');
      expect(await redeem(subject.grants, fresh)).toMatchObject({
        won: false,
        taken: { ended: theEnd(fresh) },
      });
      const { grant, family } = await redeemed(subject.grants);
      const [marks] = await Promise.all([
        Promise.all(Array.from({ length: 100 }, () => rotate(subject.grants, grant, family))),
        subject.grants.end(grant.terms.id, theEnd(grant), 'request'),
      ]);
      expect(marks.filter(({ won }) => won).length).toBeLessThanOrEqual(1);
      const { family: left } = (await subject.grants.find(grant.terms.id))!;
      expect(await rotate(subject.grants, grant, left!)).toMatchObject({
        won: false,
        taken: { ended: theEnd(grant) },
      });
    });

    it('is in the feed of ends and in the standing of its tokens at once', async () => {
      const { grant, family } = await redeemed(subject.grants);
      const { id } = grant.terms;
      const name = endedName('grant_id', id);
      const names = { jti: 'jti', expiresAt: after(grant.createdAt, 900), clientId: 'nobody' as ClientId };
      const standing = async () => (await subject.standings.read({ ...names, grantId: id })).grant;
      expect(await standing()).toEqual({ terms: grant.terms, family });
      expect((await subject.ends.current(grant.createdAt)).principals.has(name)).toBe(false);
      await subject.grants.end(id, theEnd(grant), 'request');
      expect(await standing()).toEqual({ terms: grant.terms, family, ended: theEnd(grant) });
      const { principals } = await subject.ends.current(grant.createdAt);
      expect(principals.get(name)).toBeGreaterThan(theEnd(grant).at);
    });
  });
}
