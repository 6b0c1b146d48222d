import type { Holder } from '../../ports/connections.ts';
import type { EgressProvider } from '../../ports/egress-providers.ts';
import type { AgentId, IdpId, PersonId } from '../../runtime/identifiers.ts';
import { ok, type Result } from '../../runtime/result.ts';
import type { TokenPlan } from '../grants/grant.ts';
import { egressRefused, type EgressRefusal } from './refusal.ts';

/** Whose account at the third party a token is for. */
export interface Account {
  readonly agent: AgentId;
  readonly holder: Holder;
}

/** The provider's own, where nobody connects any; otherwise that of the person, or of the agents that share one. */
export function accountOf(
  plan: Pick<TokenPlan, 'subject' | 'agentId' | 'granted' | 'exchanged' | 'idp'>,
  provider: Pick<EgressProvider, 'credential' | 'groups'>,
): Result<Account, EgressRefusal> {
  const { agentId: agent } = plan;
  if (agent === undefined) return egressRefused('client_of_no_agent');
  const person = personIn(plan);
  if (!person.ok) return person;
  if (provider.credential.kind !== 'oauth2') return ok({ agent, holder: { kind: 'service' } });
  if (person.value !== 'nobody') {
    const { id, idp } = person.value;
    return idp === undefined
      ? egressRefused('person_of_nowhere')
      : ok({ agent, holder: { kind: 'person', person: id, idp } });
  }
  const group = provider.groups.find(({ agents }) => agents.includes(agent));
  return group === undefined
    ? egressRefused('accounts_of_people')
    : ok({ agent, holder: { kind: 'group', group: group.id } });
}

interface InNameOf {
  readonly id: PersonId;
  readonly idp: IdpId | undefined;
}

/**
 * In whose name the agent acts, as an exchange has decided by the rules of delegation. What a person grants a client is for that client's own
 * resource, and gives it no say over accounts elsewhere.
 */
function personIn({
  subject,
  granted,
  exchanged,
  idp,
}: Pick<TokenPlan, 'subject' | 'granted' | 'exchanged' | 'idp'>): Result<InNameOf | 'nobody', EgressRefusal> {
  if (exchanged === undefined)
    return granted === undefined ? ok('nobody') : egressRefused('not_by_this_grant');
  // Of an assertion that the client itself presents, nobody acts for anybody: it is a grant of its own.
  if (exchanged.actors.length === 0) return egressRefused('not_by_this_grant');
  return exchanged.kind === 'person'
    ? ok({ id: subject as PersonId, idp })
    : egressRefused('subject_no_person');
}
