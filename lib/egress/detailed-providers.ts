import type { VestibuleConfig } from '../config/config.ts';
import { resolveProvider } from './resolve.ts';

/** Those whose own tokens agents may have for some of what the account reaches: of a GitHub App, for some repositories. */
export function detailedProvidersOf({ egress }: Pick<VestibuleConfig, 'egress'>): readonly string[] {
  return (egress?.providers ?? []).flatMap((entry) => {
    const { credential, providerTokens } = resolveProvider(entry);
    return credential.kind === 'github_app' && providerTokens.length > 0 ? [entry.id] : [];
  });
}
