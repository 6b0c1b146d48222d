import { describe, expect, it } from 'vitest';
import type { Client, StoredSecret } from '../../../lambdas/ports/registry.ts';
import {
  addSecret,
  liveSecrets,
  newSecret,
  removeSecret,
  withSeededSecret,
} from '../../../lambdas/registry/secrets.ts';
import { instant } from '../../../lambdas/runtime/clock.ts';
import { sha256 } from '../../../lambdas/runtime/digest.ts';
import type { ClientId } from '../../../lambdas/runtime/identifiers.ts';
import { systemRandom } from '../../../lambdas/runtime/random.ts';

const now = instant(1_800_000_100);
const secret = (id: string, at = 0): StoredSecret => ({
  id,
  digest: `digest of ${id}`,
  createdAt: instant(at),
});

function clientWith(...secrets: StoredSecret[]): Client {
  return {
    ...{ id: 'c' as ClientId, name: 'c', grantTypes: ['client_credentials'], state: 'active' },
    managedBy: { kind: 'deployment', deployment: 'd' },
    ...{ createdAt: instant(0), updatedAt: instant(0) },
    authentication: { method: 'client_secret_basic', secrets },
  };
}

describe('the secrets of a client', () => {
  it('are 256 random bits of which only the digest is kept', () => {
    const made = newSecret(systemRandom, now);
    expect(made.secret.reveal()).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(made.stored).toEqual({ id: made.stored.id, digest: sha256(made.secret.reveal()), createdAt: now });
  });

  it('are two while they are rotated, and a third is refused with what to do', () => {
    const second = addSecret(clientWith(secret('one')), secret('two'));
    expect(second.ok && liveSecrets(second.value).map(({ id }) => id)).toEqual(['one', 'two']);
    const third = addSecret(clientWith(secret('one'), secret('two')), secret('three'));
    expect(third).toMatchObject({ ok: false, refusal: { reason: 'conflict' } });
  });

  it('end one by one, but never all', () => {
    const left = removeSecret(clientWith(secret('one'), secret('two')), 'one', now);
    expect(left.ok && liveSecrets(left.value).map(({ id }) => id)).toEqual(['two']);
    expect(removeSecret(clientWith(secret('one')), 'one', now).ok).toBe(false);
    expect(removeSecret(clientWith(secret('one'), secret('two')), 'other', now).ok).toBe(false);
  });

  it.each([
    ['a single one stays beside it', [secret('one')], undefined, ['one', 'new']],
    [
      'what the deployment brought before gives way',
      [secret('old', 5), secret('hand', 1)],
      'digest of old',
      ['hand', 'new'],
    ],
    [
      'else the older one gives way',
      [secret('young', 5), secret('old', 1)],
      'digest of gone',
      ['young', 'new'],
    ],
    ['a value that is live already changes nothing', [secret('new')], undefined, ['new']],
  ])('take what a deployment brings: %s', (_what, live, before, expected) => {
    const seeded = withSeededSecret(clientWith(...live), { ...secret('new'), createdAt: now }, before);
    expect(liveSecrets(seeded).map(({ id }) => id)).toEqual(expected);
  });
});
