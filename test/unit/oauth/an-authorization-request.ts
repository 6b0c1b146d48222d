import { parseFields } from '../../../lambdas/http/form.ts';
import type { RepeatableParameters } from '../../../lambdas/oauth/parameters.ts';
import type { Client } from '../../../lambdas/ports/registry.ts';
import { aClient } from './mothers.ts';

export const callback = 'https://claude.ai/api/mcp/auth_callback';
/** RFC 7636 Appendix B. */
export const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';

/** A client that people use, and that belongs to no agent. */
export function aPersonalClient(overrides: Partial<Client> = {}): Client {
  const { id, state, managedBy, createdAt, updatedAt } = aClient();
  return {
    ...{ id, state, managedBy, createdAt, updatedAt },
    name: 'Claude',
    grantTypes: ['authorization_code', 'refresh_token'],
    authentication: { method: 'none' },
    redirectUris: [callback],
    ...overrides,
  };
}

export const flawless: Readonly<Record<string, string>> = {
  client_id: 'planner-client',
  redirect_uri: callback,
  response_type: 'code',
  code_challenge: challenge,
  code_challenge_method: 'S256',
  resource: 'https://mcp.example.com/mcp',
  scope: 'tools:read',
  state: 'xyz',
};

/** The parameters of a flawless request; `undefined` leaves one out, and `more` is added as it is. */
export function requestParameters(
  changes: Readonly<Record<string, string | undefined>> = {},
  more = '',
): RepeatableParameters {
  const fields = Object.entries({ ...flawless, ...changes }).filter(
    (field): field is [string, string] => field[1] !== undefined,
  );
  const parsed = parseFields(`${new URLSearchParams(fields).toString()}${more}`);
  if (!parsed.ok) throw new Error(parsed.refusal.reason);
  return parsed.value;
}
