import type {
  EgressApiConfig,
  EgressProviderConfig,
  EgressScopeConfig,
  OAuthEgressConfig,
  ServiceEgressConfig,
} from '../config/egress-config.ts';

/** What is known of a third party without being told. */
export interface CatalogueEntry {
  readonly name: string;
  /** Absent: the entry in the config has to say it. */
  readonly credential?: (entry: EgressProviderConfig) => OAuthEgressConfig | ServiceEgressConfig;
  readonly api: EgressApiConfig & { readonly origins: readonly string[] };
  readonly scopes: Readonly<Record<string, EgressScopeConfig>>;
}
