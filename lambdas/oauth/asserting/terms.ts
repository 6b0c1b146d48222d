import * as v from 'valibot';
import type { ClientId, IdpId, ScopeName } from '../../runtime/identifiers.ts';

/** An authorization server of somebody else to which we say who our people are, and on which terms. */
export interface AssertionTerms {
  /** Its issuer. */
  readonly audience: string;
  /** Which clients may ask, and what each is called there. */
  readonly clients: readonly { readonly id: ClientId; readonly there: string }[];
  /** Where given, of people who sign in there and of no others. */
  readonly idps?: readonly IdpId[];
  /** The resources of that server which may be named. */
  readonly resources: readonly string[];
  readonly scopes: readonly ScopeName[];
  /** Whether it is told the address of a person, who granted the client to read it. */
  readonly email: boolean;
}

function named<Name extends string>() {
  return v.pipe(
    v.string(),
    v.transform((text) => text as Name),
  );
}

const shape = v.array(
  v.object({
    audience: v.string(),
    clients: v.array(v.object({ id: named<ClientId>(), there: v.string() })),
    idps: v.exactOptional(v.array(named<IdpId>())),
    resources: v.array(v.string()),
    scopes: v.array(named<ScopeName>()),
    email: v.boolean(),
  }),
);

/** Reads the terms from the environment, a JSON list. */
export function readAssertionTerms(json: string): readonly AssertionTerms[] {
  return v.parse(shape, JSON.parse(json));
}
