import type { PersonStandings } from '../../ports/people.ts';
import type { StoredTask } from '../../ports/tasks.ts';
import { refuse } from '../../runtime/result.ts';
import type { FamilyPlanPorts } from '../exchange/family-plan.ts';
import { type HeldAt, heldNowAt } from '../grants/held-now.ts';

/** What an identity provider says of a person, as a task keeps it. */
export type ToldUpstream = Pick<StoredTask, 'roles' | 'askBy'>;

/** Asks the identity provider of a person what they hold, and keeps what it came to. */
export function heldUpstream(people: FamilyPlanPorts | undefined): {
  readonly held: HeldAt;
  readonly told: () => ToldUpstream;
} {
  let found: ToldUpstream = {};
  return {
    held: async (terms, context) => {
      if (people === undefined) return refuse({ reason: 'idp_disabled', grantId: terms.id });
      let end: Pick<ToldUpstream, 'askBy'> = {};
      const check: PersonStandings['check'] = async (grant, idp) => {
        const standing = await people.standings.check(grant, idp);
        if (standing.kind === 'stands' && standing.askBy !== undefined) end = { askBy: standing.askBy };
        return standing;
      };
      const standings = { ...people.standings, check };
      const held = await heldNowAt({ ...people, standings }, terms, context);
      if (held.ok) found = { roles: held.value(undefined).roles, ...end };
      return held;
    },
    told: () => found,
  };
}
