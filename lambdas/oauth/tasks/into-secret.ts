import type { TokenPlan } from '../grants/grant.ts';
import type { TaskFault } from './refusal.ts';

/** Why tokens of a plan are put into no secret: whoever reads one there is not judged again. Undefined where they may be. */
export function unfitForSecret({
  api,
  resource,
}: Pick<TokenPlan, 'api' | 'resource'>): TaskFault | undefined {
  // What its provider made is put nowhere by us.
  if (api !== undefined) return 'secret_of_api';
  // It ends before the next one is put there, and how the account stands is asked for each.
  return resource?.kind === 'egress' ? 'secret_of_third_party' : undefined;
}
