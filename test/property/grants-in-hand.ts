import type { Grants, StoredGrant } from '../../lambdas/ports/grants.ts';
import type { PersonStandings } from '../../lambdas/ports/people.ts';
import type { GrantId } from '../../lambdas/runtime/identifiers.ts';

let ids = 0;
/** As long as the real ones, which their readers insist on. */
export function anId(bytes: number): string {
  return String((ids += 1)).padStart(Math.ceil((bytes * 4) / 3), 'A');
}

/** What is kept of grants that came of an exchange, for one who asks at a time. */
export function grantsInHand(): {
  readonly grants: Grants;
  readonly kept: ReadonlyMap<GrantId, StoredGrant>;
} {
  const kept = new Map<GrantId, StoredGrant>();
  const nobody = () => Promise.reject(new Error('nobody redeems a code here'));
  const grants: Grants = {
    ...{ create: nobody, redeem: nobody, several: nobody },
    open: (grant) => {
      kept.set(grant.terms.id, grant);
      return Promise.resolve();
    },
    find: (id) => Promise.resolve(kept.get(id)),
    rotate: (id, { from, next }) => {
      const taken = kept.get(id);
      if (taken?.family?.current !== from || taken.ended !== undefined) {
        return Promise.resolve({ won: false, taken });
      }
      kept.set(id, { ...taken, family: next });
      return Promise.resolve({ won: true });
    },
    end: (id, ended) => {
      const grant = kept.get(id);
      if (grant !== undefined) kept.set(id, { ...grant, ended });
      return Promise.resolve(grant !== undefined);
    },
  };
  return { grants, kept };
}

/** Nothing is kept of anybody's sign-in. */
export const askedUpstream: PersonStandings = {
  check: () => Promise.reject(new Error('nothing is kept upstream')),
  confirm: () => Promise.resolve(),
  waiting: () => Promise.resolve([]),
  forget: () => Promise.resolve(),
};
