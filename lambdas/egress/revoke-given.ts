import type { EgressProvider, OAuthEgress } from '../ports/egress-providers.ts';
import { DependencyUnavailable } from '../runtime/dependency.ts';
import { askRevocation } from './ask-revocation.ts';
import type { AskingPorts } from './ask-tokens.ts';
import type { GivenTokens } from './read-answer.ts';

/** Gives back what nobody will keep, as far as the third party takes it now: it is in nobody's hands either way. */
export async function revokeGiven(
  ports: AskingPorts,
  provider: EgressProvider,
  credential: OAuthEgress,
  tokens: GivenTokens,
): Promise<void> {
  const { revocation } = credential;
  if (revocation.kind === 'by_hand') return;
  try {
    await askRevocation(ports, provider, credential, revocation, tokens);
  } catch (error) {
    if (!(error instanceof DependencyUnavailable)) throw error;
  }
}
