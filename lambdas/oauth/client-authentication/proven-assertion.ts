import type { Client, RegistryNames, RegistryView } from '../../ports/registry.ts';
import type { Instant } from '../../runtime/clock.ts';

/** A client whose assertion is verified, and the use of that assertion that is still to be marked. */
export interface ProvenAssertion {
  readonly client: Client;
  readonly view: RegistryView;
  readonly assertion: { readonly jti: string; readonly until: Instant };
}

/** What the registry knows of a caller, by what it calls itself or by the role that it is. */
export type LookUp = (
  names: Pick<RegistryNames, 'awsRole'> & { readonly clientId?: string },
) => Promise<RegistryView>;
