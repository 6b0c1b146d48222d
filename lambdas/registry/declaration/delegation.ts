import * as v from 'valibot';
import type { Delegation } from '../../ports/registry.ts';
import { type DeclarationContext, isDistinct, list, scopeName } from './fields.ts';
import { type ResourceName, resourceName } from './resource-name.ts';

/** A delegation as it is declared: its target by id or by URI. */
export type DeclaredDelegation = Omit<Delegation, 'resource'> & { readonly resource: ResourceName };

const subjectKinds = ['person', 'agent', 'workload'] as const;
const subject = v.picklist(subjectKinds, `must be one of ${subjectKinds.join(', ')}`);

/** The member `delegations`, of agents and of resources. */
export function delegationsMember(
  context: DeclarationContext,
): v.GenericSchema<unknown, readonly DeclaredDelegation[]> {
  return v.pipe(
    list(
      v.lazy(() => delegation(context)),
      50,
    ),
    v.minLength(1, "must not be empty; leave it out for who acts in nobody's name"),
    v.check(
      (entries) => isDistinct(entries.map(({ resource }) => JSON.stringify(resource))),
      'must not have two entries for one resource; put their scopes into one',
    ),
  );
}

function delegation(context: DeclarationContext): v.GenericSchema<unknown, DeclaredDelegation> {
  return v.pipe(
    v.strictObject(
      {
        resource: resourceName(context),
        scopes: v.pipe(
          list(scope, 100),
          v.minLength(1, 'names no scope; give it one of the target'),
          v.check(
            (scopes) => isDistinct(scopes.map(({ name }) => name)),
            'names a scope twice; once will do',
          ),
        ),
        subjects: v.exactOptional(
          v.pipe(
            list(subject, subjectKinds.length),
            v.minLength(1, 'names nobody; leave it out for people'),
            v.check((kinds) => isDistinct(kinds), 'names a kind twice; once will do'),
          ),
          ['person'],
        ),
        mode: v.exactOptional(
          v.picklist(['delegation', 'impersonation'], 'must be "delegation" or "impersonation"'),
          'delegation',
        ),
        refresh: v.exactOptional(v.boolean('must be true or false')),
      },
      'must be { resource, scopes, subjects, mode, refresh }',
    ),
    v.transform(({ refresh, ...rest }) => ({ ...rest, ...(refresh === true && { refresh }) })),
  );
}

/** Without `from`, it is given to who holds the scope of the same name. */
const scope = v.pipe(
  v.strictObject(
    {
      name: scopeName,
      from: v.exactOptional(
        v.pipe(
          list(scopeName, 20),
          v.minLength(1, 'names no scope; leave it out for the scope of the same name'),
          v.check((names) => isDistinct(names), 'names a scope twice; once will do'),
        ),
      ),
    },
    'must be { name, from }',
  ),
  v.transform(({ name, from }) => ({ name, from: from ?? [name] })),
);
