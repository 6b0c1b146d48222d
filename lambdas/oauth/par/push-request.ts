import type { PushedRequests } from '../../ports/pushed-requests.ts';
import type { ProofMarks } from '../../ports/proofs.ts';
import type { RegistryReader } from '../../ports/registry.ts';
import type { AssertionReplay } from '../../ports/replay.ts';
import { after, type Instant } from '../../runtime/clock.ts';
import type { AuditEvent } from '../../runtime/events.ts';
import type { Random } from '../../runtime/random.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import type { Secret } from '../../runtime/secret.ts';
import { lookUpRequest, writtenRequest } from '../authorization/look-up.ts';
import type { AuthorizationRequest } from '../authorization/read-authorization-request.ts';
import { auditedScope } from '../authorization/sign-in-audit.ts';
import type { AuthenticatedClient } from '../client-authentication/authenticate-client.ts';
import { markAssertion } from '../client-authentication/mark-assertion.ts';
import { type ClientRequest, originOf, type ProvingRequest } from '../client-request.ts';
import { type DecisionPorts, decidedRequest } from '../decided-request.ts';
import { markProof, type Possession, readPossession } from '../dpop/possession.ts';
import { endpointsAt, type Hosts } from '../metadata/endpoints.ts';
import type { RepeatableParameters } from '../parameters.ts';
import { type Refusal, toWire } from '../refusal.ts';
import { namedResource } from '../resource/named-resource.ts';
import { newRequestUri, pushedSeconds } from './request-uri.ts';
import { unsoundPush } from './unsound-push.ts';

export interface PushPorts extends DecisionPorts, Hosts {
  readonly registry: RegistryReader;
  readonly pushed: Pick<PushedRequests, 'keep'>;
  readonly replay: AssertionReplay;
  readonly proofs: ProofMarks;
  readonly random: Random;
}

/** A request that is kept until a browser brings its `request_uri`. */
export interface Pushed {
  readonly requestUri: Secret;
  readonly expiresAt: Instant;
  readonly request: AuthorizationRequest;
}

/** One pushed authorization request, decided and written to the audit trail. */
export type PushRequest = (request: ProvingRequest, now: Instant) => Promise<Result<Pushed, Refusal>>;

/** The pushed authorization request endpoint (RFC 9126 §2). */
export function pushRequest(ports: PushPorts): PushRequest {
  return decidedRequest({
    ports,
    resourceHint: ({ parameters }) => namedResource(parameters),
    // Anybody can push in the name of a public client, which is proven by what it redeems later.
    provesPublicClients: false,
    decide: (request, client, now) => push(ports, request, client, now),
    eventOf,
  });
}

async function push(
  ports: PushPorts,
  { parameters: { values, resources }, proof, certificate }: ProvingRequest,
  client: AuthenticatedClient,
  now: Instant,
): Promise<Result<Pushed, Refusal>> {
  // RFC 9126 §2.1: what a request_uri stands for is pushed, and not another request_uri.
  if (values.has('request_uri')) return refuse({ reason: 'request_uri_pushed' });
  const { id: clientId } = client.client;
  const named = values.get('client_id') ?? clientId;
  if (named !== clientId) return refuse({ reason: 'client_id_of_another' });
  const url = endpointsAt(ports, certificate).pushedAuthorizationRequest;
  const possession = await readPossession(noNonces, proof, { method: 'POST', url }, now);
  const parameters: RepeatableParameters = {
    values: new Map([...keyOf(possession), ...values, ['client_id', clientId]]),
    ...{ resources, repeated: new Set() },
  };
  const read = await lookUpRequest(ports.registry, parameters, now);
  if (!read.ok) return refuse(unsoundPush(read.refusal));
  if (!possession.ok) return possession;
  if (possession.value !== undefined && possession.value.jkt !== read.value.dpopJkt) {
    const detail = 'is of another key than dpop_jkt names';
    return refuse({ reason: 'dpop_proof_not_acceptable', detail });
  }
  const { uri: requestUri, id } = newRequestUri(ports.random);
  const expiresAt = after(now, pushedSeconds);
  const request = writtenRequest(parameters);
  // Kept first and marked last: what nobody was told the name of is nothing, and a request that fails has spent nothing.
  await ports.pushed.keep({ id, clientId, request, expiresAt });
  if (!(await markAssertion(ports, client, now))) return refuse({ reason: 'assertion_replayed' });
  if (!(await markProof(ports, possession.value, now))) return refuse({ reason: 'dpop_proof_replayed' });
  return ok({ requestUri, expiresAt, request: read.value });
}

/** A pushed request lives for seconds, and what it leads to takes a proof with a nonce. */
const noNonces = { nonces: undefined };

/** RFC 9449 §10.1: a proof beside the request stands for dpop_jkt. */
function keyOf(possession: Possession): readonly (readonly [string, string])[] {
  return possession.ok && possession.value !== undefined ? [['dpop_jkt', possession.value.jkt]] : [];
}

function eventOf(
  request: ClientRequest,
  client: AuthenticatedClient | undefined,
  outcome: Result<Pushed, Refusal>,
): AuditEvent {
  const origin = originOf(request, client);
  if (outcome.ok) {
    const { request: asked, expiresAt } = outcome.value;
    return { event: 'request_pushed', ...origin, ...auditedScope(asked.access), expiresAt };
  }
  const { refusal } = outcome;
  return {
    event: 'request_push_refused',
    ...{ ...origin, reason: refusal.reason, error: toWire(refusal).error },
    ...('why' in refusal && { detail: refusal.why }),
  };
}
