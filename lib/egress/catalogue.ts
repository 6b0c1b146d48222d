import type { CatalogueName, EgressProviderConfig } from '../config/egress-config.ts';

/** What is built in of a third party; an entry of the config adds who we are there. */
export type BuiltIn = Required<Pick<EgressProviderConfig, 'name' | 'credential' | 'api' | 'scopes'>>;

/** By name, made of what an entry says (its tenant, the key of its app). */
export const catalogue: Readonly<Partial<Record<CatalogueName, (entry: EgressProviderConfig) => BuiltIn>>> =
  {};
