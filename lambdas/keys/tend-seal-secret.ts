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

/** The daily run: the secret behind cookies and forms gets a new value when its own is due. */
export async function tendSealSecret(
  {
    store,
    clock,
    random,
    audit,
  }: {
    readonly store: SealSecretStore;
    readonly clock: Clock;
    readonly random: Random;
    readonly audit: Audit;
  },
  { actor }: KeyAuthor,
): Promise<void> {
  const { id, createdAt } = await store.current();
  const days = Math.floor((clock() - createdAt) / daySeconds);
  if (days < rotationDays) return;
  const rotated = await store.replace(id, new Secret(random(secretBytes)));
  if (rotated) audit({ event: 'seal_secret_rotated', days, by: actor });
}
