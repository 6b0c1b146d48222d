import type {
  AgentGroupConfig,
  EgressApiConfig,
  EgressProviderConfig,
  EgressScopeConfig,
  OAuthEgressConfig,
  ServiceEgressConfig,
} from '../config/egress-config.ts';
import { catalogue } from './catalogue.ts';

type Credential = OAuthEgressConfig | ServiceEgressConfig;

/** A third party with all that is said or known of it. */
export interface ResolvedEgressProvider {
  readonly id: string;
  readonly name: string;
  /** Absent where nobody there knows us by one: API keys and Basic. */
  readonly clientId?: string;
  readonly secretArn?: string;
  readonly credential: Credential;
  readonly api: EgressApiConfig & { readonly origins: readonly string[] };
  readonly scopes: Readonly<Record<string, EgressScopeConfig>>;
  readonly groups: readonly AgentGroupConfig[];
  readonly providerTokens: readonly string[];
}

/** Fills an entry in by the catalogue: what it says of itself goes before. Parts that nobody says are missing. */
export function filledIn(entry: EgressProviderConfig): EgressProviderConfig {
  const known = entry.uses && catalogue[entry.uses];
  if (known === undefined) return entry;
  const credential = credentialOf(known.credential?.(entry), entry.credential);
  return {
    ...entry,
    name: entry.name ?? known.name,
    ...(credential && { credential }),
    api: { ...known.api, ...entry.api },
    scopes: entry.scopes ?? known.scopes,
  };
}

/** The same for an entry that the check of the config let pass. */
export function resolveProvider(entry: EgressProviderConfig): ResolvedEgressProvider {
  const { id, name = id, clientId, secretArn, credential, api, scopes, ...more } = filledIn(entry);
  if (credential === undefined || api?.origins === undefined || scopes === undefined) {
    throw new Error(`egress provider ${id} is not whole; checkConfig tells what it lacks`);
  }
  return {
    ...{ id, name, credential, scopes },
    ...(clientId !== undefined && { clientId }),
    ...(secretArn !== undefined && { secretArn }),
    api: { ...api, origins: api.origins },
    ...{ groups: more.groups ?? [], providerTokens: more.providerTokens ?? [] },
  };
}

/** Members of one kind go together; another kind replaces it. */
function credentialOf(known: Credential | undefined, own: Credential | undefined): Credential | undefined {
  if (known === undefined || own === undefined) return own ?? known;
  return known.kind === own.kind ? ({ ...known, ...own } as Credential) : own;
}
