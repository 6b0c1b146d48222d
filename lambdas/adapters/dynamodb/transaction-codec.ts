import * as v from 'valibot';
import type { ConsentedScope } from '../../ports/consents.ts';
import type { SignedIn } from '../../ports/people.ts';
import type { GivenConsent, SignInTransaction, StoredTransaction } from '../../ports/transactions.ts';
import { after, instant } from '../../runtime/clock.ts';
import type {
  GrantId,
  IdpId,
  PersonId,
  ResourceUri,
  ScopeName,
  UpstreamSession,
} from '../../runtime/identifiers.ts';
import type { Item, Plain, PlainRecord } from './attributes.ts';
import { keyOf } from './keys.ts';
import { decode, text, whole } from './stored.ts';

/** The sweep waits longer than any clock of ours is off; whether a transaction counts is decided by its `expires_at`. */
const sweepMarginSeconds = 3_600;

export const storedScope = v.object({
  resource: v.exactOptional(text),
  scope: v.array(text),
  offline: v.boolean(),
});

const storedSignedIn = v.object({
  person: text,
  idp: text,
  name: v.exactOptional(v.string()),
  preferred_username: v.exactOptional(v.string()),
  email: v.exactOptional(v.string()),
  email_verified: v.exactOptional(v.boolean()),
  groups: v.array(v.string()),
  auth_time: v.exactOptional(whole),
  acr: v.exactOptional(v.string()),
  amr: v.exactOptional(v.array(v.string())),
  kept_upstream: v.boolean(),
  session: v.exactOptional(text),
});

const storedTransaction = v.object({
  pk: text,
  id: text,
  expires_at: whole,
  browser: text,
  idp: text,
  nonce: text,
  code_verifier: text,
  request: text,
  consent_by: v.picklist(['asked', 'implied', 'remembered']),
  consent_person: v.exactOptional(text),
  terms: storedScope,
  fingerprint: text,
  grant_id: text,
  held: v.exactOptional(storedSignedIn),
  spent_at: v.exactOptional(whole),
});

type Stored = v.InferOutput<typeof storedTransaction>;

export function encodeTransaction(transaction: SignInTransaction): PlainRecord {
  const { consent } = transaction;
  return {
    pk: keyOf.transaction(transaction.id),
    id: transaction.id,
    expires_at: transaction.expiresAt,
    browser: transaction.browser,
    idp: transaction.idp,
    nonce: transaction.nonce,
    code_verifier: transaction.codeVerifier,
    request: transaction.request,
    consent_by: consent.by,
    consent_person: consent.person,
    terms: scopeAttribute(consent.terms),
    fingerprint: consent.fingerprint,
    grant_id: transaction.grantId,
    ttl: after(transaction.expiresAt, sweepMarginSeconds),
  };
}

export function decodeTransaction(item: Item): StoredTransaction {
  const stored = decode(storedTransaction, item);
  return {
    id: stored.id,
    expiresAt: instant(stored.expires_at),
    browser: stored.browser,
    idp: stored.idp as IdpId,
    nonce: stored.nonce,
    codeVerifier: stored.code_verifier,
    request: stored.request,
    consent: consentOf(stored),
    grantId: stored.grant_id as GrantId,
    ...(stored.held && { held: signedInOf(stored.held) }),
    ...(stored.spent_at !== undefined && { spentAt: instant(stored.spent_at) }),
  };
}

export function scopeAttribute({ resource, scope, offline }: ConsentedScope): Plain {
  return { resource, scope, offline };
}

export function scopeOf(stored: v.InferOutput<typeof storedScope>): ConsentedScope {
  return {
    ...(stored.resource !== undefined && { resource: stored.resource as ResourceUri }),
    scope: stored.scope as ScopeName[],
    offline: stored.offline,
  };
}

export function signedInAttribute({ person, session, ...signedIn }: SignedIn): PlainRecord {
  return {
    person: person.id,
    idp: person.idp,
    name: person.name,
    preferred_username: person.preferredUsername,
    email: person.email,
    email_verified: person.emailVerified,
    groups: person.groups,
    auth_time: signedIn.authTime,
    acr: signedIn.acr,
    amr: signedIn.amr,
    kept_upstream: signedIn.keptUpstream,
    session,
  };
}

function consentOf(stored: Stored): GivenConsent {
  return {
    by: stored.consent_by,
    ...(stored.consent_person !== undefined && { person: stored.consent_person as PersonId }),
    terms: scopeOf(stored.terms),
    fingerprint: stored.fingerprint,
  };
}

function signedInOf(stored: v.InferOutput<typeof storedSignedIn>): SignedIn {
  const { name, email, acr, amr } = stored;
  return {
    person: {
      id: stored.person as PersonId,
      idp: stored.idp as IdpId,
      ...(name !== undefined && { name }),
      ...(stored.preferred_username !== undefined && { preferredUsername: stored.preferred_username }),
      ...(email !== undefined && { email }),
      ...(stored.email_verified !== undefined && { emailVerified: stored.email_verified }),
      groups: stored.groups,
    },
    ...(stored.auth_time !== undefined && { authTime: instant(stored.auth_time) }),
    ...(acr !== undefined && { acr }),
    ...(amr !== undefined && { amr }),
    keptUpstream: stored.kept_upstream,
    ...(stored.session !== undefined && { session: stored.session as UpstreamSession }),
  };
}
