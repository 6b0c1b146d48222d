import type { FamilyPlanPorts } from '../exchange/family-plan.ts';
import { refuse } from '../../runtime/result.ts';
import { type HeldAt, heldNowAt } from '../grants/held-now.ts';

/** Asks the identity provider of a person what they hold, and keeps the roles that it came to. */
export function heldUpstream(people: FamilyPlanPorts | undefined): {
  readonly held: HeldAt;
  readonly roles: () => { readonly roles?: readonly string[] };
} {
  let found: { readonly roles?: readonly string[] } = {};
  return {
    held: async (terms, context) => {
      if (people === undefined) return refuse({ reason: 'idp_disabled', grantId: terms.id });
      const held = await heldNowAt(people, terms, context);
      if (held.ok) found = { roles: held.value(undefined).roles };
      return held;
    },
    roles: () => found,
  };
}
