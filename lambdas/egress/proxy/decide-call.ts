import type { Connecting } from '../../ports/connecting.ts';
import type { Connections, ConnectionSeals } from '../../ports/connections.ts';
import type { EgressProvider, EgressProviders, RequestRule } from '../../ports/egress-providers.ts';
import type { BeginThirdPartyCall } from '../../ports/third-party-calls.ts';
import type { Clock, Instant } from '../../runtime/clock.ts';
import type { Issuer } from '../../runtime/identifiers.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import { type AskedCall, type EgressRequest, readAskedCall } from './asked-call.ts';
import { parsePath } from './call-path.ts';
import { readCallQuery } from './call-query.ts';
import type { EgressCaller } from './caller.ts';
import { usableConnection, type UsableConnection } from './find-connection.ts';
import { originsFor } from './origins.ts';
import { badCall, type CallRefusal } from './refusal.ts';
import { type MatchedCall, nameOfRule, ruleFor, scopeFor } from './rules.ts';
import type { AllowedCall } from './send.ts';

export interface CallPorts {
  readonly issuer: Issuer;
  readonly providers: EgressProviders;
  readonly connections: Pick<Connections, 'find' | 'pause'>;
  readonly seals: Pick<ConnectionSeals, 'open'>;
  readonly connecting: Pick<Connecting, 'renew'>;
  readonly begin: BeginThirdPartyCall;
  readonly clock: Clock;
}

/** A call that was decided on, and what it is made with. */
export interface DecidedCall {
  readonly provider: EgressProvider;
  readonly connection: UsableConnection;
  readonly caller: EgressCaller;
  readonly allowed: AllowedCall;
  /** The rule that it matched, as the config writes it. */
  readonly rule: string;
}

/** Whether a call may be made, by whom it is asked and by which rule. Nothing is sent. */
export async function decideCall(
  ports: CallPorts,
  request: EgressRequest,
  caller: EgressCaller,
  now: Instant,
): Promise<Result<DecidedCall, CallRefusal>> {
  const provider = await ports.providers.find(request.provider);
  if (provider?.state !== 'active') return unknownProvider;
  const asked = readAskedCall(request, provider);
  if (!asked.ok) return asked;
  const found = await usableConnection(ports, { caller, provider }, now);
  if (!found.ok) return found;
  const connection = found.value;
  const target = targetOf(provider, connection, asked.value);
  if (!target.ok) return target;
  const { rules } = caller.detail;
  const rule = ruleFor(rules, target.value);
  if (rule === undefined) return notAllowed(provider, target.value);
  const allowed = allowedCall(asked.value, target.value, rules);
  return ok({ provider, connection, caller, allowed, rule: nameOfRule(rule) });
}

const unknownProvider = refuse({
  ...{ reason: 'provider_unknown', status: 404, error: 'not_found' },
  description: 'there is no such third party here, or it is disabled',
} as const);

function targetOf(
  { api }: EgressProvider,
  { facts }: UsableConnection,
  { method, path, query, body, origin }: AskedCall,
): Result<MatchedCall, CallRefusal> {
  const origins = originsFor(api, facts);
  const [first] = origins ?? [];
  if (origins === undefined || first === undefined) return noOrigin;
  const chosen = origin ?? first;
  if (!origins.includes(chosen)) {
    return badCall('origin_not_allowed', 'Vestibule-Origin must be one of the origins of the third party');
  }
  return ok({ method, path, query, body, origins, origin: chosen });
}

const noOrigin = refuse({
  ...{ reason: 'connection_without_origin', status: 502, error: 'third_party_unavailable' },
  description:
    'the third party did not say where the API of the account is, or named a host that is not its own',
} as const);

/** RFC 6750 §3.1: where another scope would do, it is named. */
function notAllowed(provider: EgressProvider, call: MatchedCall): Result<never, CallRefusal> {
  const scope = scopeFor(provider, call)?.name;
  if (scope === undefined) {
    const description = 'no scope of this third party allows the call';
    return refuse({ reason: 'no_rule', status: 403, error: 'access_denied', description });
  }
  const description = 'The access token has no rule that allows the call; another scope does';
  return refuse({
    ...{ reason: 'rule_missing', status: 403, error: 'insufficient_scope' },
    description,
    scope,
  } as const);
}

function allowedCall(
  { method, headers, bytes }: AskedCall,
  call: MatchedCall,
  rules: readonly RequestRule[],
): AllowedCall {
  const { origin, origins, path, query } = call;
  return {
    ...{ method, headers, origins, body: bytes },
    url: `${origin}${path.text}${query === '' ? '' : `?${query}`}`,
    isAllowed: (url) => {
      const [to, search] = [parsePath(url.pathname), readCallQuery(url.search.slice(1), undefined)];
      return (
        to.ok &&
        search.ok &&
        ruleFor(rules, { ...call, origin: url.origin, path: to.value, query: search.value }) !== undefined
      );
    },
  };
}
