import { describe, expect } from 'vitest';
import { driveDownstream, random } from '../support/downstream-driver.ts';
import { drive } from '../support/driver.ts';
import { forThisFile } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

const driver = forThisFile(() => driveDownstream());

function later(seconds: number): void {
  driver.deployment.run.clock.advance(seconds);
}

describe('an identity provider that an operator disables', () => {
  const suspended = { told: 'standing', standing: { kind: 'suspended', reason: 'idp_disabled' } };

  verifies(
    'vestibule:idp-disabled',
    'signs nobody in and suspends its people, until it is enabled again',
    async () => {
      const operator = drive(driver.deployment);
      const grant = random();
      expect(await driver.signIn('first', { keepFor: grant })).toMatchObject({
        signedIn: { keptUpstream: true },
      });
      later(61);
      expect((await operator.admin('POST', 'idps/first/disable')).body).toMatchObject({ state: 'disabled' });
      later(5);
      const asked = driver.first.refreshes();
      expect(await driver.standing(grant)).toEqual(suspended);
      // Of a grant for which nothing is kept, too.
      expect(await driver.standing(random())).toEqual(suspended);
      expect(driver.first.refreshes()).toBe(asked);
      expect(await driver.signIn('first')).toMatchObject({ told: 'unavailable' });
      driver.second.play({ person: { sub: 'ann', tid: 'one' } });
      expect(await driver.signIn('second')).toMatchObject({ told: 'signed_in' });
      expect((await operator.admin('POST', 'idps/first/enable')).body).toMatchObject({ state: 'active' });
      later(5);
      expect(await driver.standing(grant)).toEqual({
        told: 'standing',
        standing: { kind: 'stands', groups: ['staff'] },
      });
      expect(await driver.signIn('first')).toMatchObject({ told: 'signed_in' });
    },
  );

  verifies('vestibule:idp-disabled', 'is listed and shown, and declared by the config alone', async () => {
    const operator = drive(driver.deployment);
    const { body } = await operator.admin('GET', 'idps');
    expect(body['idps']).toMatchObject([{ id: 'first' }, { id: 'second', tenant_claim: 'tid' }]);
    expect((await operator.admin('GET', 'idps/first')).body).toMatchObject({
      ...{ issuer: driver.first.issuer, client_id: 'vestibule', state: 'active', groups_claim: 'groups' },
      roles: [
        { name: 'everyone', groups: 'everyone', scopes: [{ names: ['tools:read'] }] },
        { name: 'staff', groups: ['staff'] },
        { name: 'club', groups: ['golf', 'chess', 'chiefs'] },
      ],
    });
    expect((await operator.admin('POST', 'idps', {})).status).toBe(405);
    expect((await operator.admin('PUT', 'idps/first', {})).status).toBe(405);
    expect((await operator.admin('DELETE', 'idps/first')).status).toBe(405);
    expect((await operator.admin('POST', 'idps/third/disable')).status).toBe(404);
  });
});
