import { InvalidConfig } from './check-config.ts';
import type { ResourceConfig } from './config.ts';
import { show } from './problem.ts';

/**
 * Throws `InvalidConfig` where the tokens of a resource are opaque and `verifier` reads them by itself; `verifier` is what
 * people call it, such as 'an AgentCore Gateway'.
 */
export function requireJwt({ id, tokens }: Pick<ResourceConfig, 'id' | 'tokens'>, verifier: string): void {
  if (tokens !== 'opaque') return;
  const text = `${show(id)} has tokens: 'opaque', which ${verifier} cannot read; write 'jwt', or have the server ask at /introspect`;
  throw new InvalidConfig([{ path: 'resource', text }]);
}
