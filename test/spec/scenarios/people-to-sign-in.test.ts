import { afterEach, describe, expect } from 'vitest';
import { driveDownstream, random } from '../support/downstream-driver.ts';
import { forThisFile } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

const driver = forThisFile(() => driveDownstream());
afterEach(() => {
  driver.first.play();
});

const toSignIn: unknown = { told: 'standing', standing: { kind: 'to_sign_in' } };
const refused: unknown = { told: 'standing', standing: { kind: 'ended', reason: 'upstream_refused' } };

function later(seconds: number): void {
  driver.deployment.run.clock.advance(seconds);
}

/** Somebody signed in for work while they are away, and a minute and more has gone by. */
async function aGrant(): Promise<string> {
  const grant = random();
  await driver.signIn('first', { keepFor: grant });
  later(61);
  return grant;
}

describe('a person has to sign in again, and nothing is said against them', () => {
  verifies(
    ['vestibule:task-interaction', 'oidc:3.1.2.6:wants-person'],
    'where their provider wants to see them',
    async () => {
      const [unused, revoked] = ['AADSTS700082: The refresh token has expired', 'AADSTS50173: revoked'];
      for (const [refreshError, description, standing] of [
        ['interaction_required', undefined, toSignIn],
        ['login_required', undefined, toSignIn],
        ['consent_required', undefined, toSignIn],
        ['invalid_grant', unused, toSignIn],
        ['invalid_grant', revoked, refused],
      ] as const) {
        const grant = await aGrant();
        driver.first.play({ refreshError, ...(description && { refreshErrorDescription: description }) });
        expect([refreshError, description, await driver.standing(grant)]).toEqual([
          ...[refreshError, description, standing],
        ]);
        driver.first.play();
      }
    },
  );

  verifies('vestibule:task-interaction', 'where what was kept has run out, as it was told', async () => {
    driver.first.play({ tokens: { refresh_expires_in: 1_800 }, refreshIdle: 1_800 });
    const grant = await aGrant();
    expect(await driver.standing(grant)).toMatchObject({ standing: { kind: 'stands' } });
    later(1_700);
    expect(await driver.standing(grant)).toMatchObject({ standing: { kind: 'stands' } });
    later(1_801);
    expect(await driver.standing(grant)).toEqual(toSignIn);
  });
});
