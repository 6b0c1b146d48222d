import { InvalidConfig } from './check-config.ts';
import type { VestibuleConfig } from './config.ts';
import type { TrustAnchorConfig, TrustedKind, WorkloadConfig } from './foreign-config.ts';
import { profileOf } from './provider-profiles.ts';

/** Bytes: Lambda has 4 kB for the whole environment of a function, and the rest of it is long. */
const mostBytes = 2_048;

interface ForeignVariables {
  readonly TRUST_ANCHORS: string;
  readonly WORKLOADS: string;
}

/** What the token function is told of those whose tokens count. Throws `InvalidConfig` where that is too much. */
export function foreignEnvironment(config: VestibuleConfig): ForeignVariables {
  const { trustAnchors = [], workloads = [] } = config;
  const variables = {
    TRUST_ANCHORS: JSON.stringify(trustAnchors.map((anchor) => anchorFrom(anchor, config))),
    WORKLOADS: JSON.stringify(workloads.map((rule) => workloadFrom(rule, config))),
  };
  const bytes = Buffer.byteLength(variables.TRUST_ANCHORS + variables.WORKLOADS);
  if (bytes <= mostBytes) return variables;
  const text = `and workloads take ${bytes} bytes of a function's environment, which has ${mostBytes} for them; write fewer claims and values`;
  throw new InvalidConfig([{ path: 'trustAnchors', text }]);
}

/** Which tokens of trust anchors are grants by themselves. */
export function assertionsOf({ trustAnchors = [] }: VestibuleConfig): readonly TrustedKind[] {
  const accepted = trustAnchors.flatMap(({ accepts }) => accepts);
  return (['id_jag', 'workload'] as const).filter((kind) => accepted.includes(kind));
}

function anchorFrom(anchor: TrustAnchorConfig, config: VestibuleConfig): object {
  const { subject = {}, requiredClaims, grants, ...same } = anchor;
  return {
    ...same,
    profile: profileOf(anchor),
    ...(subject.kind === 'workload' && { subjectKind: 'workload' }),
    ...(subject.idp !== undefined && { idp: subject.idp }),
    ...(subject.claim !== undefined && { subjectClaim: subject.claim }),
    ...(subject.tenantClaim !== undefined && { tenantClaim: subject.tenantClaim }),
    ...(requiredClaims && { requiredClaims: listed(requiredClaims) }),
    ...(grants && {
      grants: grants.map(({ resource, scopes }) => ({ resource: uriOf(config, resource), scopes })),
    }),
  };
}

function workloadFrom({ claims, scopes, ...same }: WorkloadConfig, config: VestibuleConfig): object {
  const narrowed = Object.entries(scopes ?? {}).map(([id, names]) => ({
    resource: uriOf(config, id),
    scopes: names,
  }));
  return { ...same, claims: listed(claims), ...(scopes && { grants: narrowed }) };
}

function listed(
  claims: Readonly<Record<string, string | readonly string[]>>,
): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(Object.entries(claims).map(([name, values]) => [name, [values].flat()]));
}

function uriOf({ resources }: VestibuleConfig, id: string): string | undefined {
  return resources.find((resource) => resource.id === id)?.uri;
}
