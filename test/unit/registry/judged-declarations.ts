import type { DeclarationContext } from '../../../lambdas/registry/declaration/fields.ts';
import { describe as sentence } from '../../../lambdas/registry/refusal.ts';
import type { Issuer } from '../../../lambdas/runtime/identifiers.ts';

export const context: DeclarationContext = { issuer: 'https://auth.example.com' as Issuer, hosts: 'public' };
export const loopback: DeclarationContext = { ...context, hosts: 'loopback' };

export const client = {
  client_id: 'planner-client',
  agent_id: 'planner',
  token_endpoint_auth_method: 'client_secret_basic',
};

type Read = (
  input: unknown,
  context: DeclarationContext,
) => { ok: true } | { ok: false; refusal: Parameters<typeof sentence>[0] };

export function refusalOf(read: Read, input: unknown, judged = context): string {
  const result = read(input, judged);
  if (result.ok) throw new Error('accepted');
  return sentence(result.refusal);
}
