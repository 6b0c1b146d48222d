import type { Draft, Kind, RegistryStore, Stored, Things } from '../ports/registry-store.ts';
import { ok, refuse, type Result } from '../runtime/result.ts';
import { type Author, recordOf } from './author.ts';
import { isIdentifier } from './declaration/fields.ts';
import type { ConflictRefusal, RegistryRefusal } from './refusal.ts';

/** How often a change is decided anew because another one came between. */
const attempts = 4;

type Outcome<K extends Kind> = Promise<Result<Things[K], RegistryRefusal>>;

/** The stored thing, or `undefined` for an id that nothing can have. */
export async function findThing<K extends Kind>(
  store: RegistryStore,
  kind: K,
  id: string,
): Promise<Stored<Things[K]> | undefined> {
  return isIdentifier(id) ? store.find(kind, id as Things[K]['id']) : undefined;
}

export async function registerThing<K extends Kind>(
  store: RegistryStore,
  kind: K,
  draft: Draft<Things[K]>,
  author: Author,
): Outcome<K> {
  const written = await store.register(kind, draft, recordOf(author, `${kind}_created`));
  if (written.outcome === 'written') return ok(draft.thing);
  return refuse(written.outcome === 'taken' ? taken(written.identifier) : changedMeanwhile);
}

/** Decides on the stored thing and writes what was decided, over that very version; `from` itself changes nothing. */
export async function changeThing<K extends Kind>(
  store: RegistryStore,
  target: { readonly kind: K; readonly id: string; readonly event: string },
  author: Author,
  decide: (from: Stored<Things[K]>) => Result<Draft<Things[K]>, RegistryRefusal>,
): Outcome<K> {
  const { kind, id, event } = target;
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const from = await findThing(store, kind, id);
    if (from === undefined) return refuse({ reason: 'not_found', kind, id });
    const decided = decide(from);
    if (!decided.ok) return decided;
    if (decided.value === from) return ok(from.thing);
    const written = await store.replace(kind, from, decided.value, recordOf(author, `${kind}_${event}`));
    if (written.outcome === 'written') return ok(decided.value.thing);
    if (written.outcome === 'taken') return refuse(taken(written.identifier));
  }
  return refuse(changedMeanwhile);
}

/** Removes the stored thing if `decide` finds nothing against it. */
export async function removeThing<K extends Kind>(
  store: RegistryStore,
  target: { readonly kind: K; readonly id: string },
  author: Author,
  mayRemove: (from: Stored<Things[K]>) => boolean = () => true,
): Promise<Result<'removed' | 'kept', RegistryRefusal>> {
  const { kind, id } = target;
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const from = await findThing(store, kind, id);
    if (from === undefined) return refuse({ reason: 'not_found', kind, id });
    if (!mayRemove(from)) return ok('kept');
    const outcome = await store.remove(kind, from, recordOf(author, `${kind}_removed`));
    if (outcome === 'removed') return ok('removed');
  }
  return refuse(changedMeanwhile);
}

export const changedMeanwhile: ConflictRefusal = {
  reason: 'conflict',
  problem: 'it was changed by someone else at the same time',
  fix: 'look at it and try again',
};

function taken(identifier: string): ConflictRefusal {
  return {
    reason: 'conflict',
    problem: `${JSON.stringify(identifier)} is already registered`,
    fix: 'client ids, agent ids, URIs, audiences, AWS roles, and the ids of resources and APIs never repeat; choose another, or remove the other registration first',
  };
}
