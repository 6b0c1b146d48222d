import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { secretsManagerSealSecretStore } from '../../../lambdas/adapters/secrets-manager/seal-secret-store.ts';
import { tendSealSecret } from '../../../lambdas/keys/tend-seal-secret.ts';
import { after } from '../../../lambdas/runtime/clock.ts';
import { DependencyUnavailable } from '../../../lambdas/runtime/dependency.ts';
import type { AuditEvent } from '../../../lambdas/runtime/events.ts';
import { systemRandom } from '../../../lambdas/runtime/random.ts';
import { type SealCloud, startSealCloud } from '../../support/seal-cloud.ts';

const day = 86_400;
let cloud: SealCloud;
let audited: AuditEvent[];

beforeEach(async () => {
  audited = [];
  cloud = await startSealCloud();
});
afterEach(async () => {
  await cloud.stop();
});

function tend(behind: 'seals' | 'nonces' = 'seals'): Promise<void> {
  const { client, secretArn, clock } = cloud;
  const store = secretsManagerSealSecretStore({ client, secretArn });
  const audit = (event: AuditEvent): void => void audited.push(event);
  return tendSealSecret(
    { store, clock, random: systemRandom, audit, behind },
    { actor: 'schedule/Vestibule', requestId: 'request' },
  );
}

const inADay = () => after(cloud.clock(), day);

describe('the daily run', () => {
  it('leaves the secret of seals alone until it is 30 days old, then rotates it once', async () => {
    const sealed = await cloud.instance().seal('session', 'canary', after(cloud.clock(), 90 * day));
    await tend();
    cloud.advance(30 * day - 60);
    await tend();
    expect(audited).toEqual([]);
    cloud.advance(60);
    await tend();
    await tend();
    expect(audited).toEqual([{ event: 'seal_secret_rotated', days: 30, by: 'schedule/Vestibule' }]);
    expect(await cloud.instance().open('session', sealed, cloud.clock())).toBe('canary');
    cloud.advance(30 * day);
    await tend();
    expect(await cloud.instance().open('session', sealed, cloud.clock())).toBeUndefined();
  });

  it('says of which secret it was', async () => {
    cloud.advance(30 * day);
    await tend('nonces');
    expect(audited).toEqual([{ event: 'nonce_secret_rotated', days: 30, by: 'schedule/Vestibule' }]);
  });

  it('rotates once when it runs several times at once, so that no version is skipped', async () => {
    cloud.advance(30 * day);
    const sealed = await cloud.instance().seal('session', 'canary', inADay());
    await Promise.all(Array.from({ length: 10 }, () => tend()));
    expect(audited).toHaveLength(1);
    expect(await cloud.instance().open('session', sealed, cloud.clock())).toBe('canary');
  });

  it.each([
    ['timeout@1', 'whose reply was lost'],
    ['throttle@1', 'that was throttled'],
  ])('rotates once over a write (%s) %s', async (fault) => {
    cloud.advance(30 * day);
    const sealed = await cloud.instance().seal('session', 'canary', inADay());
    cloud.faults.add(`secretsmanager:PutSecretValue=${fault}`);
    await tend();
    await tend();
    expect(audited).toHaveLength(1);
    expect(await cloud.instance().open('session', sealed, cloud.clock())).toBe('canary');
  });

  it('fails while Secrets Manager is down, and does it the next time', async () => {
    cloud.advance(30 * day);
    cloud.faults.add('secretsmanager:ListSecretVersionIds=down@*');
    await expect(tend()).rejects.toThrow(DependencyUnavailable);
    cloud.faults.clear();
    await tend();
    expect(audited).toHaveLength(1);
  });
});
