import type { TrustAnchorConfig } from './foreign-config.ts';

type Anchor = Omit<TrustAnchorConfig, 'accepts'> & { readonly accepts: readonly ['workload'] };

/**
 * Jobs of GitHub Actions. Everybody can have such a token: rules name `repository_id` or `repository_owner_id`, which nobody
 * takes over with a name, beside `sub`, `ref` or `environment`.
 */
export function githubActions({ id = 'github-actions' }: { readonly id?: string } = {}): Anchor {
  return { id, issuer: 'https://token.actions.githubusercontent.com', accepts: ['workload'] };
}

/**
 * Pods of one Kubernetes cluster, by projected service account tokens with this deployment as their audience; rules name
 * `sub`, `system:serviceaccount:<namespace>:<name>`. A pod presents one token until the kubelet replaces it: so it is reusable.
 */
export function kubernetes(cluster: {
  readonly id: string;
  /** As `--service-account-issuer` of the cluster says; of EKS its OpenID Connect provider URL. */
  readonly issuer: string;
  /** Where the issuer's own discovery document is not public. */
  readonly jwksUri?: string;
}): Anchor {
  return { ...cluster, accepts: ['workload'], reusable: true };
}

/**
 * Workloads of one SPIFFE trust domain, by JWT-SVIDs with an `iss`; rules name `sub`,
 * `spiffe://<trust domain>/<path>`. JWT-SVIDs need no `jti` and are handed out from a cache: so they are reusable.
 */
export function spiffe(domain: {
  readonly id: string;
  /** As `jwt_issuer` of the SPIRE server says. */
  readonly issuer: string;
  /** Of its OIDC discovery provider, where the issuer is not that itself. */
  readonly jwksUri?: string;
}): Anchor {
  return { ...domain, accepts: ['workload'], reusable: true };
}

/**
 * Workloads of one AWS account, by sts:GetWebIdentityToken; rules name `sub`, the ARN of a role. A client of `aws_iam_jwt` says the
 * same of one role with a `client_id` of its own. Where workloads send such tokens to an agent too, and the agent exchanges them, say so over
 * it: `accepts: ['workload', 'jwt']`, `subject: { kind: 'workload' }`, and `audiences`, `actors` and `grants` as for any anchor.
 */
export function awsAccount(account: {
  readonly id: string;
  /** `https://<id>.tokens.sts.global.api.aws`, as `aws iam get-outbound-web-identity-federation-info` says. */
  readonly issuer: string;
}): Anchor {
  return { ...account, jwksUri: `${account.issuer}/.well-known/jwks.json`, accepts: ['workload'] };
}
