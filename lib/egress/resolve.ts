import type {
  AgentGroupConfig,
  EgressApiConfig,
  EgressProviderConfig,
  EgressScopeConfig,
  OAuthEgressConfig,
  ServiceEgressConfig,
} from '../config/egress-config.ts';
import { type BuiltIn, catalogue } from './catalogue.ts';

/** A third party of the config, with what is built in of it. */
export interface ResolvedEgressProvider {
  readonly id: string;
  readonly name: string;
  readonly clientId: string | undefined;
  readonly credential: OAuthEgressConfig | ServiceEgressConfig;
  readonly api: EgressApiConfig;
  readonly scopes: Readonly<Record<string, EgressScopeConfig>>;
  readonly groups: readonly AgentGroupConfig[];
  readonly providerTokens: readonly string[];
}

/** What an entry says of itself goes before what is built in. The entry is a sound one. */
export function resolveProvider(entry: EgressProviderConfig): ResolvedEgressProvider {
  const builtIn = entry.uses && catalogue[entry.uses]?.(entry);
  const { id, clientId, groups = [], providerTokens = [] } = entry;
  return {
    ...{ id, clientId, groups, providerTokens },
    name: entry.name ?? builtIn?.name ?? id,
    credential: credentialOf(entry, builtIn),
    api: { ...builtIn?.api, ...entry.api },
    scopes: entry.scopes ?? builtIn?.scopes ?? {},
  };
}

function credentialOf(
  { id, credential: own }: EgressProviderConfig,
  builtIn: BuiltIn | undefined,
): OAuthEgressConfig | ServiceEgressConfig {
  const known = builtIn?.credential;
  const said = own ?? known;
  if (said === undefined) throw new Error(`the provider ${id} has no credential, and none is built in`);
  return known?.kind === 'oauth2' && said.kind === 'oauth2' ? { ...known, ...said } : said;
}
