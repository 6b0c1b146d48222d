import * as v from 'valibot';
import type {
  CodeBinding,
  Family,
  GrantedBy,
  GrantOrigin,
  GrantTerms,
  StoredGrant,
} from '../../ports/grants.ts';
import type { GrantStanding } from '../../ports/token-standing.ts';
import { instant } from '../../runtime/clock.ts';
import type {
  AgentId,
  ClientId,
  GrantId,
  IdpId,
  PersonId,
  ResourceUri,
  ScopeName,
  UpstreamSession,
} from '../../runtime/identifiers.ts';
import type { Item, PlainRecord } from './attributes.ts';
import { decode, text, whole } from './stored.ts';

const texts = v.array(text);

const person = v.object({
  id: text,
  idp: text,
  name: v.exactOptional(v.string()),
  preferred_username: v.exactOptional(v.string()),
  email: v.exactOptional(v.string()),
  email_verified: v.exactOptional(v.boolean()),
  roles: texts,
  auth_time: v.exactOptional(whole),
  acr: v.exactOptional(v.string()),
  amr: v.exactOptional(texts),
  session: v.exactOptional(text),
});

const origin = v.object({
  root: text,
  resource: text,
  parent: v.object({
    jti: text,
    client_id: text,
    agent_id: v.exactOptional(text),
    expires_at: v.number(),
    scope: texts,
  }),
});

const terms = v.object({
  id: text,
  client_id: text,
  agent_id: v.exactOptional(text),
  person,
  resource: v.exactOptional(text),
  scope: texts,
  offline: v.boolean(),
  kept_upstream: v.boolean(),
  origin: v.exactOptional(origin),
});

const code = v.object({
  digest: text,
  redirect_uri: v.exactOptional(text),
  code_challenge: v.exactOptional(text),
  nonce: v.exactOptional(v.string()),
  dpop_jkt: v.exactOptional(text),
  expires_at: whole,
  redeemed_at: v.exactOptional(whole),
});

const family = v.object({
  digest: text,
  generation: whole,
  current: text,
  ring: v.array(v.object({ digest: text, salt: text, until: whole })),
  idle_until: whole,
  absolute_until: whole,
  jkt: v.exactOptional(text),
  x5t: v.exactOptional(text),
});

const ended = v.object({ at: whole, reason: text });

const standing = {
  ...{ pk: text, terms },
  ...{ family: v.exactOptional(family), ended: v.exactOptional(ended) },
} as const;
const stored = v.object({ ...standing, created_at: whole, code });

/** The attributes that tell whether a grant stands. */
export const standingAttributes = ['terms', 'family', 'ended'] as const;

export function decodeGrant(item: Item): StoredGrant {
  const { code, created_at: createdAt, ...standing } = decode(stored, item);
  return {
    ...{ ...standingOf(standing), createdAt: instant(createdAt) },
    code: {
      digest: code.digest,
      ...(code.redirect_uri !== undefined && { redirectUri: code.redirect_uri }),
      ...(code.code_challenge !== undefined && { codeChallenge: code.code_challenge }),
      ...(code.nonce !== undefined && { nonce: code.nonce }),
      ...(code.dpop_jkt !== undefined && { dpopJkt: code.dpop_jkt }),
      expiresAt: instant(code.expires_at),
      ...(code.redeemed_at !== undefined && { redeemedAt: instant(code.redeemed_at) }),
    },
  };
}

export function decodeGrantStanding(item: Item): GrantStanding {
  return standingOf(decode(storedStanding, item));
}

const storedStanding = v.object(standing);

function standingOf({ terms, family, ended }: v.InferOutput<typeof storedStanding>): GrantStanding {
  return {
    terms: termsOf(terms),
    ...(family && { family: familyOf(family) }),
    ...(ended && { ended: { at: instant(ended.at), reason: ended.reason } }),
  };
}

export function grantAttributes({ terms, createdAt, code, family, ended }: StoredGrant): PlainRecord {
  return {
    terms: {
      ...{ id: terms.id, client_id: terms.clientId, agent_id: terms.agentId },
      ...{ person: personAttribute(terms.person), resource: terms.resource, scope: terms.scope },
      ...{ offline: terms.offline, kept_upstream: terms.keptUpstream },
      origin: terms.origin && originAttribute(terms.origin),
    },
    created_at: createdAt,
    code: {
      ...bindingAttributes(code),
      ...{ digest: code.digest, expires_at: code.expiresAt, redeemed_at: code.redeemedAt },
    },
    family: family && familyAttribute(family),
    ended: ended && { ...ended },
  };
}

export function familyAttribute(family: Family): PlainRecord {
  const { digest, generation, current, idleUntil, absoluteUntil, jkt, x5t } = family;
  return {
    ...{ digest, generation, current, idle_until: idleUntil, absolute_until: absoluteUntil, jkt, x5t },
    ring: family.ring.map((superseded) => ({ ...superseded })),
  };
}

function bindingAttributes({
  redirectUri,
  codeChallenge,
  nonce,
  dpopJkt,
}: Partial<CodeBinding>): PlainRecord {
  return { redirect_uri: redirectUri, code_challenge: codeChallenge, nonce, dpop_jkt: dpopJkt };
}

function originAttribute({ root, resource, parent }: GrantOrigin): PlainRecord {
  const { jti, clientId, agentId, expiresAt, scope } = parent;
  return {
    ...{ root, resource },
    parent: { jti, client_id: clientId, agent_id: agentId, expires_at: expiresAt, scope },
  };
}

function personAttribute(person: GrantedBy): PlainRecord {
  const { id, idp, name, email, roles, acr, amr, session } = person;
  return {
    ...{ id, idp, name, email, roles, acr, amr, session, auth_time: person.authTime },
    ...{ preferred_username: person.preferredUsername, email_verified: person.emailVerified },
  };
}

function termsOf(found: v.InferOutput<typeof terms>): GrantTerms {
  return {
    ...{ id: found.id as GrantId, clientId: found.client_id as ClientId },
    ...(found.agent_id !== undefined && { agentId: found.agent_id as AgentId }),
    person: personOf(found.person),
    ...(found.resource !== undefined && { resource: found.resource as ResourceUri }),
    ...{ scope: found.scope as readonly string[] as readonly ScopeName[] },
    ...{ offline: found.offline, keptUpstream: found.kept_upstream },
    ...(found.origin && { origin: originOf(found.origin) }),
  };
}

function originOf({ root, resource, parent }: v.InferOutput<typeof origin>): GrantOrigin {
  return {
    ...{ root: root as GrantId, resource: resource as ResourceUri },
    parent: {
      ...{ jti: parent.jti, clientId: parent.client_id as ClientId, expiresAt: parent.expires_at },
      ...(parent.agent_id !== undefined && { agentId: parent.agent_id as AgentId }),
      scope: parent.scope as readonly string[] as readonly ScopeName[],
    },
  };
}

function personOf(found: v.InferOutput<typeof person>): GrantedBy {
  const { name, email, acr, amr } = found;
  const [preferredUsername, emailVerified] = [found.preferred_username, found.email_verified];
  return {
    ...{ id: found.id as PersonId, idp: found.idp as IdpId, roles: found.roles },
    ...(name !== undefined && { name }),
    ...(preferredUsername !== undefined && { preferredUsername }),
    ...(email !== undefined && { email }),
    ...(emailVerified !== undefined && { emailVerified }),
    ...(found.auth_time !== undefined && { authTime: instant(found.auth_time) }),
    ...(acr !== undefined && { acr }),
    ...(amr !== undefined && { amr }),
    ...(found.session !== undefined && { session: found.session as UpstreamSession }),
  };
}

function familyOf({ ring, idle_until, absolute_until, ...same }: v.InferOutput<typeof family>): Family {
  return {
    ...same,
    ring: ring.map(({ until, ...superseded }) => ({ ...superseded, until: instant(until) })),
    ...{ idleUntil: instant(idle_until), absoluteUntil: instant(absolute_until) },
  };
}
