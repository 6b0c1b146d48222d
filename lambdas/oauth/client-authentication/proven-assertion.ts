import type { Client, RegistryNames, RegistryView } from '../../ports/registry.ts';
import type { Instant } from '../../runtime/clock.ts';

/** The assertion that proved a client. */
export interface ProvingAssertion {
  /**
   * Who gave it its `jti`. RFC 7523 §3: that is unique to an issuer, so an assertion which would prove several clients
   * is used up for all of them.
   */
  readonly issuer: string;
  readonly jti: string;
  readonly until: Instant;
}

/** A client whose assertion is verified, and the use of that assertion that is still to be marked. */
export interface ProvenAssertion {
  readonly client: Client;
  readonly view: RegistryView;
  readonly assertion: ProvingAssertion;
}

/** What the registry knows of a caller, by what it calls itself or by the role that it is. */
export type LookUp = (
  names: Pick<RegistryNames, 'awsRole'> & { readonly clientId?: string },
) => Promise<RegistryView>;
