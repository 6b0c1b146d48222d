import type { StoredGrant } from '../../ports/grants.ts';
import type { TaskAccess } from '../../ports/tasks.ts';
import type { ResourceUri, ScopeName, TaskId } from '../../runtime/identifiers.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import { type ExchangePorts, exchange } from '../exchange/token-exchange.ts';
import { accessTokenType, refreshTokenType } from '../exchange/token-types.ts';
import type { GrantContext } from '../grants/grant.ts';
import { grantedResource } from '../grants/granted-resource.ts';
import { grantBehindRefreshToken, type RefreshPorts } from '../grants/refresh-token.ts';
import type { GrantRefusal } from '../refusal.ts';
import { isOpenIdScope } from '../scope/openid-scope.ts';
import { beyond, parseScope } from '../scope/scope.ts';
import type { AskedBasis, AskedTask } from './asked-task.ts';

export interface PersonBasisPorts {
  readonly refreshing: RefreshPorts;
  readonly exchanges: ExchangePorts;
}

/** What a task for a person rests on. */
export interface PersonBasis {
  readonly grant: StoredGrant;
  readonly access: TaskAccess;
  /** Keeps the grant, where it was made for the task alone. */
  readonly keep?: () => Promise<unknown>;
  /** The task of the token that was sent, where it is of one: the new task is below that. */
  readonly below?: TaskId;
}

type AskedPerson = Extract<AskedBasis, { readonly kind: 'person' }>;

/** By a refresh token that the client has of the person itself, or by an access token that was sent to it. */
export function personBasis(
  ports: PersonBasisPorts,
  subject: AskedPerson,
  asked: Pick<AskedTask, 'resources' | 'scope'>,
  context: GrantContext,
): Promise<Result<PersonBasis, GrantRefusal>> {
  return subject.type === refreshTokenType
    ? ofOwnClient(ports, subject, asked, context)
    : ofSender(ports, subject, asked, context);
}

/** The token stays as good as it was, and what was granted is for one resource. */
async function ofOwnClient(
  { refreshing }: PersonBasisPorts,
  { token }: AskedPerson,
  { resources, scope }: Pick<AskedTask, 'resources' | 'scope'>,
  context: GrantContext,
): Promise<Result<PersonBasis, GrantRefusal>> {
  const { client } = context.client;
  if (!client.grantTypes.includes('refresh_token')) return refuse({ reason: 'grant_not_allowed' });
  const grant = await grantBehindRefreshToken(refreshing, token, context);
  if (!grant.ok) return grant;
  const { terms } = grant.value;
  const resource = grantedResource(terms, resources);
  if (!resource.ok) return resource;
  if (resource.value === undefined) return refuse({ reason: 'resource_not_granted' });
  const access = accessWithin(resource.value, terms.scope, scope);
  return access.ok ? ok({ grant: grant.value, access: access.value }) : access;
}

function accessWithin(
  resource: ResourceUri,
  granted: readonly ScopeName[],
  asked: string | undefined,
): Result<TaskAccess, GrantRefusal> {
  // What is told of the person is told at userinfo, to which no task goes.
  const available = granted.filter((name) => !isOpenIdScope(name));
  if (asked === undefined) return ok({ resource, scope: available });
  const wanted = parseScope(asked);
  if (!wanted.ok) return wanted;
  return beyond(wanted.value, available).length === 0
    ? ok({ resource, scope: wanted.value })
    : refuse({ reason: 'scope_not_granted', available });
}

/** RFC 8693 §2.1: decided as the exchange for a refresh token is, which nobody is told. The grant is the task's own. */
async function ofSender(
  { exchanges }: PersonBasisPorts,
  { token }: AskedPerson,
  { resources, scope }: Pick<AskedTask, 'resources' | 'scope'>,
  context: GrantContext,
): Promise<Result<PersonBasis, GrantRefusal>> {
  const { client } = context.client;
  if (!client.grantTypes.includes('urn:ietf:params:oauth:grant-type:token-exchange')) {
    return refuse({ reason: 'grant_not_allowed' });
  }
  const decided = await exchange(
    exchanges,
    {
      subject: { token, type: accessTokenType },
      ...{ requestedType: refreshTokenType, resources, audience: undefined, scope, forTask: true },
    },
    context,
  );
  if (!decided.ok) return decided;
  const { opens, plan } = decided.value;
  if (opens === undefined || plan.resource === undefined) return refuse({ reason: 'resource_not_available' });
  const { grant, keep } = opens;
  const access = { resource: plan.resource.uri, scope: plan.scope };
  const below = plan.tasks?.at(-1);
  return ok({ ...{ grant, access, keep }, ...(below !== undefined && { below }) });
}
