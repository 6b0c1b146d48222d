import { isDeepStrictEqual } from 'node:util';
import { redirectKind } from '../oauth/redirect-uri.ts';
import type { RegistryStore } from '../ports/registry-store.ts';
import type { AttachedRedirectUri, Client } from '../ports/registry.ts';
import { ok, refuse, type Result } from '../runtime/result.ts';
import { type Author, nameOf } from './author.ts';
import type { RegistryRefusal } from './refusal.ts';
import { changeThing, findThing } from './writing.ts';

/** As many as one client gets attached. */
const mostAttached = 50;

export interface RedirectAttachment extends AttachedRedirectUri {
  readonly clientId: string;
}

/**
 * Adds a redirect URI to a client of the same deployment. What others attached stays, and so it does when the client is
 * declared anew; to find it attached already is a success.
 */
export async function attachRedirect(
  store: RegistryStore,
  { clientId, uri, by }: RedirectAttachment,
  author: Author,
): Promise<Result<'attached' | 'unchanged', RegistryRefusal>> {
  if (redirectKind(uri) === undefined) return refuse(notARedirectUri(uri));
  let outcome: 'attached' | 'unchanged' = 'unchanged';
  const target = { kind: 'client', id: clientId, event: 'redirect_attached' } as const;
  const written = await changeThing(store, target, author, (from) => {
    const { thing } = from;
    if (!isDeepStrictEqual(thing.managedBy, author.managedBy)) return refuse(notOurs(thing));
    const attached = thing.attachedRedirectUris ?? [];
    outcome = 'unchanged';
    if (attached.some((each) => each.uri === uri && each.by === by)) return ok(from);
    if (attached.length >= mostAttached) return refuse(tooMany(thing));
    outcome = 'attached';
    return ok({ ...from, thing: withAttached(thing, [...attached, { uri, by }], author) });
  });
  return written.ok ? ok(outcome) : written;
}

/** Takes away what the same attached. Already gone, with its client or without, is a success. */
export async function detachRedirect(
  store: RegistryStore,
  { clientId, uri, by }: RedirectAttachment,
  author: Author,
): Promise<Result<'detached' | 'absent', RegistryRefusal>> {
  if ((await findThing(store, 'client', clientId)) === undefined) return ok('absent');
  let outcome: 'detached' | 'absent' = 'absent';
  const target = { kind: 'client', id: clientId, event: 'redirect_detached' } as const;
  const written = await changeThing(store, target, author, (from) => {
    const attached = from.thing.attachedRedirectUris ?? [];
    const left = attached.filter((each) => each.uri !== uri || each.by !== by);
    outcome = left.length === attached.length ? 'absent' : 'detached';
    return ok(outcome === 'absent' ? from : { ...from, thing: withAttached(from.thing, left, author) });
  });
  if (!written.ok && written.refusal.reason === 'not_found') return ok('absent');
  return written.ok ? ok(outcome) : written;
}

function withAttached(client: Client, attached: readonly AttachedRedirectUri[], author: Author): Client {
  const updated: Client & { attachedRedirectUris?: Client['attachedRedirectUris'] } = {
    ...client,
    updatedAt: author.at,
  };
  if (attached.length > 0) return { ...updated, attachedRedirectUris: attached };
  delete updated.attachedRedirectUris;
  return updated;
}

function notARedirectUri(uri: string): RegistryRefusal {
  const value = JSON.stringify(uri.slice(0, 80));
  return {
    reason: 'field_invalid',
    field: 'RedirectUri',
    value,
    fix: 'must be an https URL without fragment',
  };
}

function notOurs({ id, managedBy }: Client): RegistryRefusal {
  return {
    reason: 'conflict',
    problem: `client "${id}" was registered by ${nameOf(managedBy)}, and a deployment changes only its own`,
    fix: 'add the redirect URI there',
  };
}

function tooMany({ id }: Client): RegistryRefusal {
  return {
    reason: 'conflict',
    problem: `client "${id}" has ${mostAttached} redirect URIs attached`,
    fix: 'use another client',
  };
}
