import { InvalidConfig } from './check-config.ts';
import type { ResourceConfig } from './config.ts';
import { show } from './problem.ts';

/**
 * Throws `InvalidConfig` where the metadata of a resource promises that proofs of keys are judged (DPoP), and `verifier` knows
 * nothing of them; `verifier` is what people call it, such as 'AgentCore'.
 */
export function requireBearer({ id, dpop }: Pick<ResourceConfig, 'id' | 'dpop'>, verifier: string): void {
  if (dpop === undefined) return;
  const text = `${show(id)} has dpop: ${show(dpop)}, and ${verifier} judges no proofs; leave it out, or verify by a gate or the resource-server package`;
  throw new InvalidConfig([{ path: 'resource', text }]);
}
