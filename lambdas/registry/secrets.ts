import type { Client, StoredSecret } from '../ports/registry.ts';
import type { Instant } from '../runtime/clock.ts';
import { sha256 } from '../runtime/digest.ts';
import type { Random } from '../runtime/random.ts';
import { ok, refuse, type Result } from '../runtime/result.ts';
import { Secret } from '../runtime/secret.ts';
import type { RegistryRefusal } from './refusal.ts';

/** One in use and one on its way in or out. */
const mostLive = 2;

export interface NewSecret {
  /** Shown once, to whoever asked for it. */
  readonly secret: Secret;
  readonly stored: StoredSecret;
}

/** A secret of 256 random bits: 43 characters of base64url. */
export function newSecret(random: Random, now: Instant): NewSecret {
  const text = random(32);
  return { secret: new Secret(text), stored: storedSecret(sha256(text), random, now) };
}

export function storedSecret(digest: string, random: Random, now: Instant): StoredSecret {
  return { id: random(6), digest, createdAt: now };
}

export function liveSecrets(client: Client): readonly StoredSecret[] {
  return 'secrets' in client.authentication ? client.authentication.secrets : [];
}

export function withSecrets(client: Client, secrets: readonly StoredSecret[], now: Instant): Client {
  if (!('secrets' in client.authentication)) return client;
  return { ...client, authentication: { method: client.authentication.method, secrets }, updatedAt: now };
}

export function addSecret(client: Client, added: StoredSecret): Result<Client, RegistryRefusal> {
  const live = liveSecrets(client);
  if (live.length === 0) return refuse(withoutSecrets(client));
  if (live.length >= mostLive) {
    return refuse({
      reason: 'conflict',
      problem: `client "${client.id}" already has ${mostLive} live secrets (${live.map(({ id }) => id).join(', ')})`,
      fix: 'remove the one that is no longer used, then add another',
    });
  }
  return ok(withSecrets(client, [...live, added], added.createdAt));
}

export function removeSecret(
  client: Client,
  secretId: string,
  now: Instant,
): Result<Client, RegistryRefusal> {
  const live = liveSecrets(client);
  if (live.length === 0) return refuse(withoutSecrets(client));
  const kept = live.filter(({ id }) => id !== secretId);
  if (kept.length === live.length) {
    return refuse({
      reason: 'conflict',
      problem: `client "${client.id}" has no live secret ${JSON.stringify(secretId)}`,
      fix: `its live secrets are ${live.map(({ id }) => id).join(', ')}`,
    });
  }
  if (kept.length === 0) {
    return refuse({
      reason: 'conflict',
      problem: `this is the last live secret of client "${client.id}"`,
      fix: 'add another first, or disable the client',
    });
  }
  return ok(withSecrets(client, kept, now));
}

/**
 * Makes the value that a deployment brings a live secret. A full pair gives up the value the deployment brought
 * before, or else the older one.
 */
export function withSeededSecret(client: Client, seeded: StoredSecret, before: string | undefined): Client {
  const live = liveSecrets(client);
  if (live.some(({ digest }) => digest === seeded.digest)) return client;
  const oldestFirst = [...live].sort((one, other) => one.createdAt - other.createdAt);
  const givenUp = live.find(({ digest }) => digest === before) ?? oldestFirst[0];
  const kept = live.length < mostLive ? live : live.filter((secret) => secret !== givenUp);
  return withSecrets(client, [...kept, seeded], seeded.createdAt);
}

function withoutSecrets(client: Client): RegistryRefusal {
  return {
    reason: 'conflict',
    problem: `client "${client.id}" proves itself with ${client.authentication.method} and has no secrets`,
    fix: 'change how it proves itself by replacing its declaration',
  };
}
