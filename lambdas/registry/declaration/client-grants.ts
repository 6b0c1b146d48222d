import * as v from 'valibot';
import type { GrantType } from '../../ports/registry.ts';
import { isDistinct, list } from './fields.ts';

const deviceGrantType = 'urn:ietf:params:oauth:grant-type:device_code' as const;
/** RFC 8693. */
export const exchangeGrantType = 'urn:ietf:params:oauth:grant-type:token-exchange' as const;
/** RFC 7523. */
const bearerGrantType = 'urn:ietf:params:oauth:grant-type:jwt-bearer' as const;
const types = [
  ...(['client_credentials', 'authorization_code', 'refresh_token'] as const),
  deviceGrantType,
  exchangeGrantType,
  bearerGrantType,
] as const;

export const grantTypes = v.pipe(
  list(v.picklist(types, `must be one of ${types.join(', ')}`), types.length),
  v.check((named) => isDistinct(named), 'must not name a grant twice'),
);

interface Grantee {
  readonly agent_id?: string | undefined;
  readonly resource?: unknown;
  readonly redirect_uris?: readonly string[] | undefined;
  readonly token_endpoint_auth_method: string;
}

/** All that a client can use: a declaration may name fewer. */
export function usualGrants(declared: Grantee): readonly GrantType[] {
  return [
    ...(actsForItself(declared) ? ['client_credentials' as const] : []),
    ...(declared.redirect_uris === undefined
      ? []
      : ['authorization_code' as const, 'refresh_token' as const]),
  ];
}

/** What is wrong with the grants that a declaration names. */
export function grantsProblem(declared: Grantee, named: readonly GrantType[]): string | undefined {
  if (declared.resource !== undefined) {
    const isServers = named.every((type) => type === exchangeGrantType || type === 'refresh_token');
    return isServers && (named.length === 0 || named.includes(exchangeGrantType))
      ? undefined
      : `must be [] or ["${exchangeGrantType}"], with "refresh_token" or without, for the server of a resource`;
  }
  if (named.length === 0) return 'must name a grant; only the server of a resource has none';
  // A machine's token says for which agent it acts, so there is none without an agent.
  if (named.includes('client_credentials') && !actsForItself(declared)) {
    return 'holds "client_credentials", which is for a client of an agent that proves itself; remove it';
  }
  if (named.includes(exchangeGrantType) && !actsForItself(declared)) {
    return `holds "${exchangeGrantType}", which is for a client of an agent that proves itself; remove it`;
  }
  if (named.includes(bearerGrantType) && declared.token_endpoint_auth_method === 'none') {
    return `holds "${bearerGrantType}", which is for a client that proves itself; remove it`;
  }
  return grantsOfPeopleProblem(declared, named);
}

function grantsOfPeopleProblem(declared: Grantee, named: readonly GrantType[]): string | undefined {
  // The redirect URI of an agent's client may be attached later.
  if (
    named.includes('authorization_code') &&
    declared.redirect_uris === undefined &&
    declared.agent_id === undefined
  ) {
    return 'holds "authorization_code", which needs redirect_uris; add them';
  }
  return named.includes('refresh_token') && !isForPeople(named) && !named.includes(exchangeGrantType)
    ? 'holds "refresh_token", which follows "authorization_code", the device grant or token exchange; add one of them, or remove it'
    : undefined;
}

/** Whether people let the client in: at a browser that it sends them to, or for a device of theirs. */
export function isForPeople(granted: readonly GrantType[]): boolean {
  return granted.includes('authorization_code') || granted.includes(deviceGrantType);
}

/** Whether somebody else says who a person is: then the client needs no agent, as with people who sign in. */
export function isForAsserted(granted: readonly GrantType[]): boolean {
  return granted.includes(bearerGrantType);
}

/** What is wrong with a member that says how people sign in. */
export function ofPeopleProblem(
  declared: Grantee & { readonly grant_types?: readonly GrantType[] | undefined },
  member: unknown,
  isFor = (granted: readonly GrantType[]) => granted.includes('authorization_code'),
): string | undefined {
  return member === undefined || isFor(declared.grant_types ?? usualGrants(declared))
    ? undefined
    : 'is for a client that people sign in with; remove it, or add redirect_uris';
}

function actsForItself({ agent_id, token_endpoint_auth_method: method }: Grantee): boolean {
  return agent_id !== undefined && method !== 'none';
}
