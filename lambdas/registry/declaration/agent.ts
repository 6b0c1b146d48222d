import * as v from 'valibot';
import type { TaskPolicy } from '../../ports/registry.ts';
import type { AgentId, ScopeName } from '../../runtime/identifiers.ts';
import { ok, type Result } from '../../runtime/result.ts';
import type { FieldRefusal } from '../refusal.ts';
import { type DeclaredDelegation, delegationsMember } from './delegation.ts';
import { type DeclarationContext, identifier, isDistinct, list, peopleText, scopeName } from './fields.ts';
import { readDeclaration } from './read.ts';
import { type ResourceName, resourceName } from './resource-name.ts';
import { tasksMember } from './task-policy.ts';

export interface DeclaredCatalogue {
  readonly resource: ResourceName;
  readonly required: readonly ScopeName[];
  readonly optional: readonly ScopeName[];
}

export interface DeclaredAgent {
  readonly id: AgentId;
  readonly name: string;
  readonly owner: string;
  readonly catalogue: readonly DeclaredCatalogue[];
  readonly delegations?: readonly DeclaredDelegation[];
  readonly tasks?: TaskPolicy;
}

/** Reads the declaration of an agent. Whether its resources exist is for the registry to say. */
export function readAgent(input: unknown, context: DeclarationContext): Result<DeclaredAgent, FieldRefusal> {
  const read = readDeclaration(agentSchema(context), input);
  if (!read.ok) return read;
  const { id, name, owner, catalogue, delegations, tasks } = read.value;
  return ok({
    ...{ id: id as AgentId, name: name ?? id, owner, catalogue },
    ...(delegations && { delegations }),
    ...(tasks && { tasks }),
  });
}

function agentSchema(context: DeclarationContext) {
  return v.strictObject(
    {
      id: identifier,
      name: v.exactOptional(peopleText(128)),
      owner: peopleText(128),
      catalogue: v.pipe(
        list(catalogueEntry(context), 50),
        v.check(
          (entries) => isDistinct(entries.map(({ resource }) => JSON.stringify(resource))),
          'must not have two entries for one resource; put their scopes into one',
        ),
      ),
      delegations: v.exactOptional(delegationsMember(context)),
      tasks: v.exactOptional(tasksMember),
    },
    'must be a JSON object',
  );
}

function catalogueEntry(context: DeclarationContext) {
  return v.pipe(
    v.strictObject(
      {
        resource: resourceName(context),
        required: v.exactOptional(list(scopeName, 100), []),
        optional: v.exactOptional(list(scopeName, 100), []),
      },
      'must be { resource, required, optional }',
    ),
    v.check(
      ({ required, optional }) => required.length + optional.length > 0,
      'names no scope; give it a required or an optional one',
    ),
    v.check(
      ({ required, optional }) => isDistinct([...required, ...optional]),
      'names a scope twice; a scope is either required or optional',
    ),
  );
}
