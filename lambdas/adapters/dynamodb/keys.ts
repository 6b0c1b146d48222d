import type { BucketOwner } from '../../ports/buckets.ts';
import type { ConnectionPlace, Holder } from '../../ports/connections.ts';
import { sha256 } from '../../runtime/digest.ts';
import type {
  AgentId,
  ClientId,
  DeviceId,
  EgressProviderId,
  GrantId,
  IdpId,
  KeyThumbprint,
  PersonId,
  ResourceUri,
  TaskId,
  UpstreamSession,
} from '../../runtime/identifiers.ts';

/** Partition keys of the registry table and of the grants table. Roles are limited to these prefixes. */
export const keyOf = {
  resource: (uri: ResourceUri): string => `resource#${uri}`,
  /** What has the short id: a resource, or an API behind an identity provider. */
  targetAlias: (id: string): string => `resource-id#${id}`,
  api: (uri: ResourceUri): string => `api#${uri}`,
  agent: (id: AgentId): string => `agent#${id}`,
  client: (id: ClientId): string => `client#${id}`,
  /** The hash bounds the length, for a client chose the URL. */
  clientDocument: (url: string): string => keyOf.clientDocumentBy(sha256(url)),
  clientDocumentBy: (digest: string): string => `client-document#${digest}`,
  idp: (id: IdpId): string => `idp#${id}`,
  /** NUL can stand in neither part; the hash bounds the length, for anybody may ask for any role. */
  awsRole: (issuer: string, pattern: string): string => `aws-role#${sha256(`${issuer}\0${pattern}`)}`,
  egressProvider: (id: EgressProviderId): string => `provider#${id}`,
  identifier: (value: string): string => `identifier#${value}`,
  registrationToken: (id: string): string => `registration-token#${id}`,
  /** A token that an agent gets as itself, by the SHA-256 of all that it is asked with. */
  machineToken: (digest: string): string => `machine-token#${digest}`,
  upstreamGrant: (id: GrantId): string => `upstream-grant#${id}`,
  /** Of the index `due` of the vault: one list of those that are to be renewed. */
  dueUpstreamGrants: (shard: number): string => `upstream-grant#${shard}`,
  /** An account at a third party, and whose it is: no id of a provider, of an identity provider or of a group holds a `#`. */
  connection: ({ provider, holder }: ConnectionPlace): string =>
    `connection#${provider}#${holderName(holder)}`,
  /** Where a holder has accounts. */
  accountsOf: (holder: Holder): string => `connected#${holderName(holder)}`,
  /** Of the index `due` of the vault: one list of those that are to be renewed or revoked. */
  dueConnections: (shard: number): string => `connection-due#${shard}`,
  /** A client of ours as one of its own at a provider; neither id holds a `#`. */
  enrolment: (idp: IdpId, client: ClientId): string => `enrolment#${idp}#${client}`,
  /** Those that there can be at a provider. */
  enrolmentPlaces: (idp: IdpId): string => `enrolment-places#${idp}`,
  signingKeys: 'key-ring#signing',
  wrappedKey: (kid: KeyThumbprint): string => `signing-key#${kid}`,
  wrappedKeyIntent: (intent: string): string => `signing-key-intent#${intent}`,
  /** NUL can stand in neither part, so no two pairs share a key; the hash bounds the length a client chose. */
  assertion: (issuer: string, jti: string): string => `assertion#${sha256(`${issuer}\0${jti}`)}`,
  /** The keys of a trust anchor, by whose they are and where they come from. */
  anchorKeys: (of: string): string => `anchor-keys#${sha256(of)}`,
  /** A thumbprint has one length; the hash bounds that of what the client chose. */
  proof: (jkt: string, jti: string): string => `proof#${sha256(`${jkt}\0${jti}`)}`,
  grant: (id: GrantId): string => `grant#${id}`,
  task: (id: TaskId): string => `task#${id}`,
  /** Of the index `due`: one list of tasks that want to be looked at. */
  dueTasks: (shard: number): string => `task#${shard}`,
  /** A set of revoked tokens that expire in one slot of time. */
  revoked: (slot: number, shard: number): string => `revoked#${slot}#${shard}`,
  /** A set of principals and grants that ended in one period of time. */
  ended: (period: number, shard: number): string => `ended#${period}#${shard}`,
  /** What an opaque access token stands for, by the SHA-256 of the token. */
  opaqueToken: (id: string): string => `opaque-token#${id}`,
  /** A sign-in on its way, by the SHA-256 of the state that went to the identity provider. */
  transaction: (id: string): string => `transaction#${id}`,
  /** An account that somebody is connecting, by the SHA-256 of the state that went to the third party. */
  connectTransaction: (id: string): string => `connect#${id}`,
  /** An authorization request that was pushed, by the SHA-256 of the random part of its `request_uri`. */
  pushedRequest: (id: string): string => `pushed-request#${id}`,
  /** What a person granted. */
  consents: (person: PersonId): string => `consents#${person}`,
  /** Whose session at an identity provider it is, and when it ended. */
  upstreamSession: (session: UpstreamSession): string => `upstream-session#${session}`,
  /** NUL can stand in no id of a provider; the hash bounds the length, for a provider chose the jti. */
  logoutToken: (idp: IdpId, jti: string): string => `logout-token#${sha256(`${idp}\0${jti}`)}`,
  /** When the sessions of a person were ended. */
  person: (person: PersonId): string => `person#${person}`,
  /** Until when what others vouched for in the name of a person is ended. */
  personEnd: (person: PersonId): string => `person-end#${person}`,
  /** A device that waits for a person, by the SHA-256 of its user code. */
  device: (id: DeviceId): string => `device#${id}`,
  /** What is known of an identity provider that failed of late. */
  circuit: (idp: IdpId): string => `circuit#${idp}`,
  /** Hashed, so that the table is no list of addresses. */
  bucket: (kind: BucketOwner['kind'], name: string): string => `bucket#${kind}#${sha256(name)}`,
} as const;

function holderName(holder: Holder): string {
  switch (holder.kind) {
    case 'person':
      return `person#${holder.idp}#${holder.person}`;
    case 'group':
      return `group#${holder.group}`;
    case 'service':
      return 'service';
  }
}
