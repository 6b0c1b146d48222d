import * as v from 'valibot';
import type { ResourceId, ResourceUri } from '../../runtime/identifiers.ts';
import { type DeclarationContext, isIdentifier } from './fields.ts';
import { resourceUri } from './resource-uri.ts';

/** A resource as a person names it: by its URI, or by its short id. */
export type ResourceName = { readonly uri: ResourceUri } | { readonly id: ResourceId };

export function resourceName(context: DeclarationContext): v.GenericSchema<string, ResourceName> {
  const byId = v.pipe(
    v.string(),
    v.transform((id): ResourceName => ({ id: id as ResourceId })),
  );
  const byUri = v.pipe(
    resourceUri(context),
    v.transform((uri): ResourceName => ({ uri })),
  );
  return v.lazy((name) => (typeof name === 'string' && isIdentifier(name) ? byId : byUri));
}
