import { isPrivateUrl } from '../token-client/addresses.ts';
import { ExchangeError, type ExchangeErrorDetails } from './exchange-error.ts';

/** MCP 2025-11-25, elicitation in URL mode: a page that a client opens for the person, once they have let it. */
export interface UrlElicitation {
  readonly mode: 'url';
  readonly elicitationId: string;
  readonly url: string;
  readonly message: string;
}

/** A JSON-RPC error in place of the result of a tool. */
export interface UrlElicitationRequired {
  readonly code: -32042;
  readonly message: string;
  readonly data: { readonly elicitations: readonly UrlElicitation[] };
}

export interface ElicitationOptions {
  /** As the person reads it. Default: that a page waits for them. */
  readonly message?: string;
}

/**
 * What a tool answers where only the person can go on, at a page: the error by which clients open it and call the tool again. Undefined for any other
 * error, and where there is no page. It is made of an `ExchangeError`, and of what an agent rejects with (`InteractionRequired` of `vestibule/agent`). With the MCP SDK: `throw new McpError(code, message, data)`.
 */
export function urlElicitationRequired(
  error: unknown,
  {
    message = 'To go on, open this page and say what may be done with your account',
  }: ElicitationOptions = {},
): UrlElicitationRequired | undefined {
  const url = pageFor(error);
  if (url === undefined) return undefined;
  const elicitation = { mode: 'url', elicitationId: crypto.randomUUID(), url, message } as const;
  return { code: -32042, message, data: { elicitations: [elicitation] } };
}

/** Where a claims challenge comes along, its address is for the client to ask at, and no page. */
function pageFor(error: unknown): string | undefined {
  const { error: code, uri, claims } = told(error);
  const isPage = code === 'interaction_required' && uri !== undefined && claims === undefined;
  return isPage && isPrivateUrl(uri) ? uri : undefined;
}

type Told = Pick<ExchangeErrorDetails, 'error' | 'uri' | 'claims'>;

function told(error: unknown): Told {
  if (error instanceof ExchangeError) return error.details;
  return error instanceof Error && 'uri' in error ? (error as Error & Told) : {};
}
