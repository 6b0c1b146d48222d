import type { ConsentedScope } from '../../ports/consents.ts';
import type { Agent, Client, RegistryView, Resource } from '../../ports/registry.ts';
import type { ResourceUri, ScopeName } from '../../runtime/identifiers.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import type { Parameters } from '../parameters.ts';
import { canonicalResourceUri } from '../resource/canonical-uri.ts';
import { isOpenTo } from '../resource/open-to.ts';
import { isOpenIdScope } from '../scope/openid-scope.ts';
import { intersection, parseScope, union } from '../scope/scope.ts';
import { redirected, type RedirectRefusal } from './refusal.ts';

/** What a client asks a person for, once it is sound. */
export interface AskedAccess {
  readonly access: ConsentedScope;
  /** Absent: the person's own claims alone. */
  readonly resource?: Resource;
}

/** What may be asked at one resource, and what a request without scope means. */
interface Offer {
  readonly resource: Resource;
  readonly available: readonly ScopeName[];
  readonly byDefault: readonly ScopeName[];
}

/** The resource that a request means, as far as its text tells; `none`: the person's own claims alone. */
type Meant = ResourceUri | 'none';

/**
 * The URI of the resource that a request is about. RFC 8707 §2: a token is for one resource, so that several different
 * ones are refused; the same one twice is one.
 */
export function meantResource(
  { resources, values }: Parameters,
  agent: Agent | undefined,
): Result<Meant, RedirectRefusal> {
  const [first, ...more] = new Set(resources.map(canonical));
  if (more.length > 0) {
    return invalidTarget('several_resources', 'ask for one resource at a time: a token is for one');
  }
  if (resources.length > 0) {
    return first === undefined ? notAvailable() : ok(first);
  }
  if (asksOfThePersonAlone(values.get('scope'))) return ok('none');
  const catalogue = agent?.catalogue ?? [];
  const [entry] = catalogue;
  if (entry !== undefined && catalogue.length === 1) return ok(entry.resource);
  return invalidTarget(
    'resource_missing',
    `resource is missing${catalogue.length > 1 ? `; it is one of ${catalogue.map((one) => one.resource).join(' ')}` : ''}`,
  );
}

/** What the request asks for. `view` is what the registry knows of its client and of the resource that it means. */
export function askedAccess(
  parameters: Parameters,
  client: Client,
  { agent, resource }: Pick<RegistryView, 'agent' | 'resource'>,
): Result<AskedAccess, RedirectRefusal> {
  const scope = parseScope(parameters.values.get('scope') ?? '');
  const hasScope = parameters.values.has('scope');
  if (hasScope && !scope.ok) {
    return refuse(
      redirected('invalid_scope', 'scope_malformed', 'scope is not a list of names and single spaces'),
    );
  }
  const asked = hasScope && scope.ok ? scope.value : [];
  const offline = client.grantTypes.includes('refresh_token');
  // OIDC Core §11: who gets no refresh tokens is not granted offline_access, whatever is asked.
  const ofPerson = asked.filter((name) => isOpenIdScope(name) && (offline || name !== 'offline_access'));
  const meant = meantResource(parameters, agent);
  if (!meant.ok) return meant;
  if (meant.value === 'none') return ok({ access: { scope: ofPerson, offline } });
  const offer = offerOf(client, agent, resource?.uri === meant.value ? resource : undefined);
  if (!offer.ok) return offer;
  const ofResource = resourceScope(asked, offer.value);
  if (!ofResource.ok) return ofResource;
  const uri = offer.value.resource.uri;
  return ok({
    access: { resource: uri, scope: union(ofPerson, ofResource.value), offline },
    resource: offer.value.resource,
  });
}

/**
 * IX-34: people see what they grant, so that what nobody defines is dropped and what is granted is reported. Who names
 * no scope of the resource gets its default (RFC 6749 §3.3); who names only unknown ones gets nothing.
 */
function resourceScope(
  asked: readonly ScopeName[],
  { available, byDefault }: Offer,
): Result<readonly ScopeName[], RedirectRefusal> {
  const named = asked.filter((name) => !isOpenIdScope(name));
  const scope = named.length === 0 ? byDefault : intersection(named, available);
  if (scope.length > 0) return ok(scope);
  const choices = available.length === 0 ? 'nothing' : available.join(' ');
  return refuse(redirected('invalid_scope', 'scope_not_available', `the client may ask for: ${choices}`));
}

function offerOf(
  client: Client,
  agent: Agent | undefined,
  resource: Resource | undefined,
): Result<Offer, RedirectRefusal> {
  if (resource?.state !== 'active') return notAvailable();
  if (resource.kind === 'egress') {
    return invalidTarget(
      'third_party',
      'a third party is called in the name of people by agents, which get their tokens for it by token exchange',
    );
  }
  const defined = resource.scopes.map(({ name }) => name);
  if (client.agentId === undefined) {
    return isOpenTo(resource, client)
      ? ok({ resource, available: defined, byDefault: defined })
      : notAvailable();
  }
  const entry = agent?.catalogue.find((one) => one.resource === resource.uri);
  if (entry === undefined) return notAvailable();
  const available = intersection(union(entry.required, entry.optional), defined);
  const required = intersection(entry.required, defined);
  return ok({ resource, available, byDefault: required.length > 0 ? required : available });
}

/** Only `openid` makes a request about the person alone (OIDC Core §3.1.2.1): without it there is nothing to ask for. */
function asksOfThePersonAlone(text: string | undefined): boolean {
  const scope = parseScope(text ?? '');
  return scope.ok && scope.value.every(isOpenIdScope) && scope.value.some((name) => name === 'openid');
}

function canonical(text: string): ResourceUri | undefined {
  const uri = canonicalResourceUri(text, 'loopback');
  return uri.ok ? uri.value : undefined;
}

function notAvailable(): Result<never, RedirectRefusal> {
  return invalidTarget(
    'resource_not_available',
    'the client may not ask for this resource, or it is not registered',
  );
}

function invalidTarget(reason: string, description: string): Result<never, RedirectRefusal> {
  return refuse(redirected('invalid_target', reason, description));
}
