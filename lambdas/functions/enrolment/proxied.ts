import * as v from 'valibot';
import type { IdpId } from '../../runtime/identifiers.ts';

const proxied = v.object({
  quota: v.number(),
  secret: v.exactOptional(v.string()),
  userPool: v.exactOptional(
    v.object({ arn: v.string(), supportedIdentityProviders: v.array(v.string()), managedLogin: v.boolean() }),
  ),
});

/** The identity providers that clients are registered at, as the stack writes them. */
export function readProxied(json: string): readonly [IdpId, v.InferOutput<typeof proxied>][] {
  const read = v.parse(v.record(v.string(), proxied), JSON.parse(json));
  return Object.entries(read) as [IdpId, v.InferOutput<typeof proxied>][];
}
