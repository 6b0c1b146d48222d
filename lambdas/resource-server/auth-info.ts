import type { AccessTokenClaims } from './access-token.ts';
import { readCredential } from './credential.ts';
import { scopeList } from './scopes.ts';
import type { Presented } from './verifier.ts';

/** A verified caller in the shape of the MCP SDK's `AuthInfo`, which its transports hand to every tool. */
export interface AuthInfo {
  /** The access token itself: never log it, never forward it. */
  token: string;
  clientId: string;
  scopes: string[];
  /** Seconds since 1970. */
  expiresAt: number;
  resource: URL;
  /** The task that the caller works on, where the token is of one. */
  taskId?: string;
  /** All claims of the token. */
  extra: Record<string, unknown>;
}

/** Describes the caller whose request was verified. */
export function authInfo(presented: Presented, token: AccessTokenClaims, resource: string): AuthInfo {
  const credential = readCredential(presented);
  const taskId = token.task_chain?.at(-1);
  return {
    token: 'token' in credential ? credential.token : '',
    clientId: token.client_id,
    scopes: [...scopeList(token.scope)],
    expiresAt: token.exp,
    resource: new URL(resource),
    ...(taskId !== undefined && { taskId }),
    extra: { ...token },
  };
}
