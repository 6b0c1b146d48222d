import { InvalidConfig } from './check-config.ts';
import type { Signing } from './signing.ts';

/**
 * Throws `InvalidConfig` where tokens are signed by an algorithm that `verifier` does not verify; `verifier` is what
 * people call it, such as 'an AgentCore Gateway'.
 */
export function requireRs256({ algorithm }: Signing, verifier: string): void {
  if (algorithm === 'RS256') return;
  const text = `'${algorithm}' is not verified by ${verifier}; write 'RS256'`;
  throw new InvalidConfig([{ path: 'signing.algorithm', text }]);
}
