import { isSharedIssuer } from '../oauth/people/profiles/entra.ts';
import type { DownstreamApi, ExchangeStrategy } from '../ports/downstream-apis.ts';
import type { IdentityProvider, ProfileName } from '../ports/identity-providers.ts';
import type { RegistryStore } from '../ports/registry-store.ts';
import { ok, refuse, type Result } from '../runtime/result.ts';
import type { DeclaredApi } from './declaration/api.ts';
import { invalid } from './references.ts';
import type { FieldRefusal } from './refusal.ts';

/** An API whose identity provider is registered and understands how it would be asked. */
export async function resolveApi(
  store: RegistryStore,
  declared: DeclaredApi,
): Promise<Result<DeclaredApi, FieldRefusal>> {
  const idp = (await store.find('idp', declared.idp))?.thing;
  if (idp === undefined) {
    return refuse(
      invalid('idp', declared.idp, 'is not a registered identity provider; the config declares those'),
    );
  }
  const problem = unfitAt(idp, declared.strategy) ?? secretProblem(idp, declared) ?? agentsProblem(declared);
  return problem === undefined ? ok(declared) : refuse(problem);
}

/** Which providers understand a strategy; synth tells it by the same rule. */
const profilesOf: Readonly<Record<ExchangeStrategy['kind'], readonly ProfileName[]>> = {
  rfc8693: ['okta', 'auth0', 'keycloak', 'ping', 'generic'],
  keycloak: ['keycloak'],
  'entra-obo': ['entra'],
  'entra-agent-id': ['entra'],
  okta: ['okta'],
  'okta-agent': ['okta'],
  auth0: ['auth0'],
  cognito: ['cognito'],
};

/** Why a provider would never give a token in that way. */
function unfitAt(idp: IdentityProvider, strategy: ExchangeStrategy): FieldRefusal | undefined {
  const { id, profile, issuer } = idp;
  if (!profilesOf[strategy.kind].includes(profile)) {
    const fitting = Object.entries(profilesOf).filter(([, profiles]) => profiles.includes(profile));
    const kinds = fitting.map(([kind]) => kind).join(', ');
    const fix = `is not understood by "${id}", whose profile is "${profile}"; write one of ${kinds}`;
    return invalid('strategy.kind', strategy.kind, fix);
  }
  if (profile === 'entra' && isSharedIssuer(issuer)) {
    return invalid(
      'idp',
      id,
      'is all tenants of Entra, and an API is asked of one; name a provider for the tenant',
    );
  }
  return strategy.kind === 'okta' ? unfitAtOkta(idp, strategy.issuer) : undefined;
}

function unfitAtOkta({ id, issuer }: IdentityProvider, other: string | undefined): FieldRefusal | undefined {
  if (!issuer.includes('/oauth2/')) {
    const fix = `exchanges tokens of a custom authorization server, and "${id}" is an org; people have to sign in at ${issuer}/oauth2/<id>`;
    return invalid('strategy.kind', 'okta', fix);
  }
  if (other === undefined || URL.parse(other)?.origin === URL.parse(issuer)?.origin) return undefined;
  const fix = `is in another org than "${id}"; name an authorization server of the same`;
  return invalid('strategy.issuer', other, fix);
}

/** What our client may have at a provider in nobody's name is for the deployment to give away. */
function agentsProblem({ agents }: DeclaredApi): FieldRefusal | undefined {
  const [first] = agents ?? [];
  if (first === undefined) return undefined;
  const fix =
    'gets tokens as itself by the client of the deployment, which the config alone lets it do; leave agents out, or declare the API in the config';
  return invalid('agents[0].agent', first.agent, fix);
}

/**
 * An operator names a client and brings no secret: secrets are the deployment's, each for what the config says, and to no
 * place that an operator chose.
 */
function secretProblem(
  idp: IdentityProvider,
  { strategy }: Pick<DownstreamApi, 'strategy'>,
): FieldRefusal | undefined {
  if (strategy.client === undefined || idp.clientProof.method !== 'client_secret') return undefined;
  const fix = `proves itself at "${idp.id}" by a secret, which a deployment alone can hold; declare the API in the config, or have the provider know the deployment by keys (authentication: 'private_key_jwt')`;
  return invalid('strategy.client_id', strategy.client.id, fix);
}

/** Whether the deployment has what the client of an API proves itself by: it may have come to know the provider otherwise since. */
export function canProve(idp: IdentityProvider, api: DownstreamApi): boolean {
  return api.managedBy.kind === 'deployment' || secretProblem(idp, api) === undefined;
}
