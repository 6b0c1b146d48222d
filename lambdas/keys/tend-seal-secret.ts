import type { SealSecretStore } from '../ports/seals.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Audit } from '../runtime/events.ts';
import type { Random } from '../runtime/random.ts';
import { Secret } from '../runtime/secret.ts';
import type { KeyAuthor } from './ports.ts';

const daySeconds = 86_400;

/** Longer than anything that is sealed lasts: what a person holds opens with one of the two live versions. */
const rotationDays = 30;

const secretBytes = 48;

/** The daily run: a secret behind seals gets a new value when its own is due, be they on cookies and forms or nonces. */
export async function tendSealSecret(
  {
    store,
    clock,
    random,
    audit,
    behind,
  }: {
    readonly store: SealSecretStore;
    readonly clock: Clock;
    readonly random: Random;
    readonly audit: Audit;
    readonly behind: 'seals' | 'nonces';
  },
  { actor }: KeyAuthor,
): Promise<void> {
  const { id, createdAt } = await store.current();
  const days = Math.floor((clock() - createdAt) / daySeconds);
  if (days < rotationDays) return;
  const rotated = await store.replace(id, new Secret(random(secretBytes)));
  if (!rotated) return;
  const event = behind === 'seals' ? 'seal_secret_rotated' : 'nonce_secret_rotated';
  audit({ event, days, by: actor });
}
