import * as v from 'valibot';
import { canonicalResourceUri } from '../../oauth/resource/canonical-uri.ts';
import type { EgressProvider } from '../../ports/egress-providers.ts';
import type { Registration } from '../../ports/registry.ts';
import type { EgressProviderId } from '../../runtime/identifiers.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import { camelMembers } from '../member-names.ts';
import type { FieldRefusal } from '../refusal.ts';
import { groups, offeredAgents } from './egress-agents.ts';
import { egressApi } from './egress-api.ts';
import { egressCredential } from './egress-credential.ts';
import {
  agentsProblem,
  factProblem,
  groupsProblem,
  keyProblem,
  revocationProblem,
  scopesProblem,
} from './egress-parts.ts';
import { egressUri } from './egress-resource.ts';
import { scopes } from './egress-scope.ts';
import { type DeclarationContext, identifier, memberRule, peopleText } from './fields.ts';
import { readDeclaration } from './read.ts';

export type DeclaredEgressProvider = Omit<EgressProvider, keyof Registration>;

/** Reads the declaration of a third party whose API agents call through the vault. Its URI is made of its id. */
export function readEgressProvider(
  input: unknown,
  context: DeclarationContext,
): Result<DeclaredEgressProvider, FieldRefusal> {
  const read = readDeclaration(providerSchema(context), input);
  if (!read.ok) return read;
  const { id, ...declared } = read.value;
  const uri = canonicalResourceUri(egressUri(context, id), context.hosts);
  if (!uri.ok) return refuse({ reason: 'field_invalid', field: 'id', fix: uri.refusal.detail });
  return ok({ id: id as EgressProviderId, uri: uri.value, ...camelMembers(declared) });
}

function providerSchema(context: DeclarationContext) {
  return v.pipe(
    v.strictObject(
      {
        id: identifier,
        name: peopleText(128),
        scopes,
        api: egressApi(context),
        credential: egressCredential(context),
        agents: v.exactOptional(offeredAgents, []),
        groups: v.exactOptional(groups, []),
      },
      'must be a JSON object',
    ),
    memberRule('scopes', (declared) => scopesProblem(declared)),
    memberRule('api', (declared) => factProblem(declared) ?? keyProblem(declared)),
    memberRule('credential', (declared) => revocationProblem(declared)),
    memberRule('agents', (declared) => agentsProblem(declared)),
    memberRule('groups', (declared) => groupsProblem(declared)),
  );
}
