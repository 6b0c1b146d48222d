import {
  credentialMissing,
  issuerUnavailable,
  requestMalformed,
  tokenInvalid,
  type Challenge,
  type ChallengeContext,
} from '../resource-server/challenge.ts';
import { readCredential } from '../resource-server/credential.ts';
import type { TokenJudge } from '../resource-server/token-judge.ts';
import type { Audit } from '../runtime/events.ts';
import { logger } from '../runtime/log.ts';
import { viaOf } from '../runtime/via.ts';
import {
  answered,
  type InterceptedCall,
  type InterceptedRequest,
  type InterceptorKind,
  jsonRpcId,
  kindOf,
  passed,
  readCall,
  readIntercepted,
} from './interceptor-event.ts';

export interface InterceptorPorts {
  readonly judge: TokenJudge;
  readonly audit: Audit;
}

/** As much of a caller's own text as an audit line keeps. */
const longestText = 256;

/** JSON-RPC 2.0: the range that servers may define, and the code for a request that is none. */
const codes = { refused: -32001, unavailable: -32000, malformed: -32600 } as const;

/**
 * A REQUEST interceptor of an AgentCore Gateway: lets requests with a good token pass, and answers all others as the
 * server of a resource does. Never rejects, and lets nothing pass that it does not understand.
 */
export function interceptorHandler(
  ports: InterceptorPorts,
): (event: unknown, context: unknown) => Promise<Readonly<Record<string, unknown>>> {
  return async (event, context) => {
    const call = readCall(context);
    try {
      const request = readIntercepted(event);
      return request === undefined
        ? notUnderstood(ports, call, kindOf(event))
        : await intercept(ports, request, call);
    } catch (error) {
      logger.error('defect', { requestId: call.requestId, error });
      return answered(kindOf(event), {
        ...{ status: 500, headers: {} },
        body: rpcError(null, codes.unavailable, 'server_error', `failed as ${call.requestId} in the log`),
      });
    }
  };
}

async function intercept(
  { judge, audit }: InterceptorPorts,
  request: InterceptedRequest,
  call: InterceptedCall,
): Promise<Readonly<Record<string, unknown>>> {
  const credential = readCredential({ headers: request.headers, url: `?${request.query}` });
  const context = contextOf(call);
  const guarded = guardedCall(call, request);
  const refuse = (challenge: Challenge): Readonly<Record<string, unknown>> => {
    const { error = 'no_token', error_description: description } = challenge.body;
    audit({
      event: 'call_refused',
      ...guarded,
      ...{ status: challenge.status, reason: error },
      ...(description !== undefined && { description }),
    });
    return refused(request, challenge);
  };
  // The gateway's own authorizer lets nothing but Bearer through.
  if (credential.kind === 'none' || credential.kind === 'dpop') return refuse(credentialMissing(context));
  if (credential.kind === 'malformed') return refuse(requestMalformed(context, credential.description));
  const judgement = await judge(credential.token);
  if (!judgement.ok) {
    return refuse(
      judgement.reason === 'invalid'
        ? tokenInvalid(context, judgement.description)
        : issuerUnavailable(judgement.missing, judgement.retryAfterSeconds),
    );
  }
  const { claims } = judgement;
  const { client_id: clientId, agent_id: agentId, jti, cnf } = claims;
  // RFC 9449 §7.2: nothing behind the gateway asks for a proof or a certificate, so such a token is not taken there.
  if (cnf !== undefined) {
    return refuse(
      tokenInvalid(context, 'The access token is bound to a key, of which this gateway takes no proof'),
    );
  }
  audit({
    event: 'call_admitted',
    ...guarded,
    ...{ clientId, jti, ...viaOf(claims) },
    ...(agentId !== undefined && { agentId }),
  });
  return passed(request);
}

/** The challenge for the target's kind: MCP clients read JSON-RPC, others the OAuth error. */
function refused(
  { kind, body }: InterceptedRequest,
  { status, headers, body: said }: Challenge,
): Readonly<Record<string, unknown>> {
  if (kind === 'http') return answered(kind, { status, headers, body: said });
  const { error = 'no_token', error_description = said['message'] ?? '' } = said;
  const code = status === 503 ? codes.unavailable : codes.refused;
  return answered(kind, { status, headers, body: rpcError(jsonRpcId(body), code, error, error_description) });
}

function notUnderstood(
  { audit }: InterceptorPorts,
  call: InterceptedCall,
  kind: InterceptorKind,
): Readonly<Record<string, unknown>> {
  const description = 'the event is no request of an AgentCore Gateway';
  audit({
    event: 'call_refused',
    ...{ ...guardedCall(call), status: 400, reason: 'invalid_request', description },
  });
  const body = rpcError(null, codes.malformed, 'invalid_request', description);
  return answered(kind, { status: 400, headers: { 'content-type': 'application/json' }, body });
}

function rpcError(id: string | number | null, code: number, error: string, description: string) {
  return {
    jsonrpc: '2.0',
    id,
    error: { code, message: `${error}: ${description}`, data: { error, error_description: description } },
  };
}

function guardedCall(
  { requestId, sourceAddress, gatewayArn = '' }: InterceptedCall,
  request?: InterceptedRequest,
) {
  const route = request === undefined ? '' : `${request.method} ${request.path}`.slice(0, longestText);
  return { requestId, sourceAddress, resource: gatewayArn.slice(0, longestText), route };
}

const arn = /^arn:aws[a-z-]*:bedrock-agentcore:([a-z0-9-]+):\d{12}:gateway\/([A-Za-z0-9-]+)$/;

/** Where a client starts: the metadata that the gateway serves. AgentCore names the gateway, the request does not. */
function contextOf({ gatewayArn = '' }: InterceptedCall): ChallengeContext {
  const [, region, gateway] = arn.exec(gatewayArn) ?? [];
  if (region === undefined || gateway === undefined) return { scopes: [] };
  const host = `${gateway}.gateway.bedrock-agentcore.${region}.amazonaws.com`;
  return { scopes: [], resourceMetadata: `https://${host}/.well-known/oauth-protected-resource` };
}
