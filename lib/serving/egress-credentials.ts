import type { VestibuleConfig } from '../config/config.ts';
import type { EgressSecretKind } from '../constructs/egress-secret.ts';
import { type ResolvedEgressProvider, resolveProvider } from '../egress/resolve.ts';

/** A provider that knows the deployment by a secret. */
export interface SecretOfProvider {
  readonly id: string;
  readonly kind: EgressSecretKind;
  readonly secretArn: string | undefined;
}

export function secretsOfProviders({ egress }: VestibuleConfig): readonly SecretOfProvider[] {
  return (egress?.providers ?? []).flatMap((entry) => {
    const kind = secretKindOf(resolveProvider(entry));
    return kind === undefined ? [] : [{ id: entry.id, kind, secretArn: entry.secretArn }];
  });
}

/** The keys in KMS by which the deployment signs as an app of theirs. */
export function keysOfProviders({ egress }: VestibuleConfig): readonly string[] {
  const arns = (egress?.providers ?? []).flatMap((entry) => {
    const { credential } = resolveProvider(entry);
    return credential.kind === 'github_app' ? [credential.keyArn] : [];
  });
  return [...new Set(arns)];
}

function secretKindOf({ credential }: ResolvedEgressProvider): EgressSecretKind | undefined {
  switch (credential.kind) {
    case 'github_app':
      return undefined;
    case 'api_key':
      return 'api_key';
    case 'basic':
      return 'password';
    case 'oauth2':
      return credential.clientAuthentication === 'none' ? undefined : 'client_secret';
    case 'client_credentials':
      return 'client_secret';
  }
}
