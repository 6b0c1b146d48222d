/** Branded strings: a value has the brand once the registry or a parser has vouched for its form. */
type Branded<Name extends string> = string & { readonly __brand: Name };

/** RFC 6749 §2.2 `client_id`. */
export type ClientId = Branded<'ClientId'>;
/** A first-class principal of the registry, `agent_id` in tokens. */
export type AgentId = Branded<'AgentId'>;
/** Short name of a resource: the handle of operators and of metadata on the issuer's host. */
export type ResourceId = Branded<'ResourceId'>;
/** Short name of an API behind an identity provider; no resource has the same. */
export type ApiId = Branded<'ApiId'>;
/** Canonical absolute URI of a protected resource (RFC 8707 §2). */
export type ResourceUri = Branded<'ResourceUri'>;
/** What `aud` says for a resource: its URI unless the registration names another. */
export type Audience = Branded<'Audience'>;
/** One scope-token (RFC 6749 §3.3). */
export type ScopeName = Branded<'ScopeName'>;
/** The issuer identifier: https, own host, no path and no trailing slash. */
export type Issuer = Branded<'Issuer'>;
/** RFC 7638 thumbprint of a public key, used as `kid`. */
export type KeyThumbprint = Branded<'KeyThumbprint'>;
/** One grant of one person to one client: the code, and the refresh family that it becomes. `[A-Za-z0-9_-]{22}`. */
export type GrantId = Branded<'GrantId'>;
/** A person, as `sub`: made of (issuer, tenant, stable id) of the identity provider, never of an e-mail. */
export type PersonId = Branded<'PersonId'>;
/** One session of a person at their identity provider: a digest of the provider and its `sid`. */
export type UpstreamSession = Branded<'UpstreamSession'>;
/** One device that waits for a person: SHA-256 of its user code, base64url. */
export type DeviceId = Branded<'DeviceId'>;
/** Short name of an identity provider, and the last segment of its callback. */
export type IdpId = Branded<'IdpId'>;
/** One task: the work of an agent under one handle. `[A-Za-z0-9_-]{22}`. */
export type TaskId = Branded<'TaskId'>;
/** Short name of a third party whose API agents call through the vault; the id of a resource of ours too. */
export type EgressProviderId = Branded<'EgressProviderId'>;
/** One account at a third party that somebody connected, from then until it is disconnected. `[A-Za-z0-9_-]{22}`. */
export type ConnectionId = Branded<'ConnectionId'>;
