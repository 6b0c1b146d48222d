import { isDeepStrictEqual } from 'node:util';
import type { Draft, Kind, RegistryStore, Stored, Things } from '../ports/registry-store.ts';
import type { Client, StoredSecret } from '../ports/registry.ts';
import type { Random } from '../runtime/random.ts';
import { ok, refuse, type Result } from '../runtime/result.ts';
import { type Author, firstRegistration, keptRegistration, nameOf } from './author.ts';
import type { RegistryRefusal } from './refusal.ts';
import { rules, type Settled } from './rules.ts';
import { storedSecret, withSeededSecret } from './secrets.ts';
import { changeThing, findThing, registerThing, removeThing } from './writing.ts';

export interface SeedingPorts {
  readonly store: RegistryStore;
  readonly random: Random;
}

export type SeedOutcome = 'created' | 'replaced' | 'unchanged';

/**
 * Registers what a deployment declares, or brings it up to date. What an operator decided stays: a disabled thing
 * stays disabled, and a removed secret stays removed. `digest` is that of the client's secret of the deployment.
 */
export async function seed<K extends Kind>(
  ports: SeedingPorts,
  kind: K,
  settled: Settled[K],
  author: Author,
  digest?: string,
): Promise<Result<SeedOutcome, RegistryRefusal>> {
  const existing = await findThing(ports.store, kind, settled.id);
  const secret = (): StoredSecret => storedSecret(digest ?? '', ports.random, author.at);
  if (existing === undefined) {
    const thing = rules[kind].create(settled, firstRegistration(author), secret);
    const written = await registerThing(ports.store, kind, { thing, ...seededBy(digest) }, author);
    return written.ok ? ok('created') : written;
  }
  let outcome: SeedOutcome = 'unchanged';
  const written = await changeThing(
    ports.store,
    { kind, id: settled.id, event: 'replaced' },
    author,
    (from) => {
      const foreign = heldByOther(kind, from, author);
      if (foreign !== undefined) return refuse(foreign);
      const draft = seededDraft(kind, settled, from, author, { secret, digest });
      if (!draft.ok) return draft;
      if (isSame(draft.value, from)) return ok(from);
      outcome = 'replaced';
      return draft;
    },
  );
  return written.ok ? ok(outcome) : written;
}

/** Removes what this deployment created. Already gone is a success; what others created stays. */
export async function unseed(
  store: RegistryStore,
  target: { readonly kind: Kind; readonly id: string },
  author: Author,
): Promise<Result<'removed' | 'kept' | 'absent', RegistryRefusal>> {
  const removed = await removeThing(store, target, author, ({ thing }) =>
    isDeepStrictEqual(thing.managedBy, author.managedBy),
  );
  if (!removed.ok && removed.refusal.reason === 'not_found') return ok('absent');
  return removed;
}

function seededDraft<K extends Kind>(
  kind: K,
  settled: Settled[K],
  from: Stored<Things[K]>,
  author: Author,
  brought: { readonly secret: () => StoredSecret; readonly digest: string | undefined },
): Result<Draft<Things[K]>, RegistryRefusal> {
  const replaced = rules[kind].replace(
    settled,
    from.thing,
    keptRegistration(from.thing, author),
    brought.secret,
  );
  if (!replaced.ok) return replaced;
  // A value the deployment brought before is not brought again: an operator may have removed it since.
  const isNew = brought.digest !== undefined && brought.digest !== from.seededDigest;
  const thing =
    isNew && isClient(replaced.value)
      ? (withSeededSecret(replaced.value, brought.secret(), from.seededDigest) as Things[K])
      : replaced.value;
  return ok({ thing, ...seededBy(brought.digest) });
}

function heldByOther(
  kind: Kind,
  { thing }: Stored<Things[Kind]>,
  author: Author,
): RegistryRefusal | undefined {
  if (isDeepStrictEqual(thing.managedBy, author.managedBy)) return undefined;
  return {
    reason: 'conflict',
    problem: `${kind} "${thing.id}" was registered by ${nameOf(thing.managedBy)}, and a deployment takes over nothing`,
    fix: 'choose another id in the config, or have it removed there first',
  };
}

/** Whether a write would change nothing but the time of the last change. */
function isSame<Thing extends Things[Kind]>(draft: Draft<Thing>, from: Stored<Thing>): boolean {
  const then = { ...draft.thing, updatedAt: from.thing.updatedAt };
  return isDeepStrictEqual(then, from.thing) && draft.seededDigest === from.seededDigest;
}

function isClient(thing: Things[Kind]): thing is Client {
  return 'authentication' in thing;
}

function seededBy(digest: string | undefined): { readonly seededDigest?: string } {
  return digest === undefined ? {} : { seededDigest: digest };
}
