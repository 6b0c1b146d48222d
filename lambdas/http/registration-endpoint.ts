import { isLoggableClientId } from '../oauth/client-id.ts';
import {
  changeRegistration,
  type ManagementRequest,
  readRegistration,
  removeRegistration,
} from '../oauth/registration/manage-client.ts';
import { admit } from '../oauth/registration/initial-access-token.ts';
import { type RegistrationRefusal, toRegistrationError } from '../oauth/registration/refusal.ts';
import {
  type Registered,
  registerClient,
  type RegistrationPorts,
} from '../oauth/registration/register-client.ts';
import { statementIssuerOf } from '../oauth/registration/software-statement.ts';
import type { Client } from '../ports/registry.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Audit, AuditEvent } from '../runtime/events.ts';
import { ok, type Result } from '../runtime/result.ts';
import { Secret } from '../runtime/secret.ts';
import { bodyRefusalText } from './body-refusal.ts';
import { readJson } from './json-body.ts';
import type { Endpoint, HttpRequest, HttpResponse } from './message.ts';
import { methods } from './methods.ts';
import { errorJson, json } from './respond.ts';
import { route, routes } from './routes.ts';

interface Ports extends RegistrationPorts {
  /** The URL of `/register`. */
  readonly endpoint: string;
  readonly clock: Clock;
  readonly audit: Audit;
}

type Change = Extract<AuditEvent, { event: 'client_registered' }>['change'];

/** Clients register themselves (RFC 7591), and those with a record of their own manage it (RFC 7592). */
export function registrationHttpEndpoint(ports: Ports): Endpoint {
  return routes([
    route('/register', methods({ POST: register(ports) })),
    route('/register/{clientId}', (request, { clientId }) => manage(ports, clientId)(request)),
  ]);
}

function register(ports: Ports): Endpoint {
  return async (request) => {
    const now = ports.clock();
    // RFC 7591 §3: who presents no valid initial access token, where one is demanded, is told so before all else.
    const admitted =
      ports.policy.mode === 'initial_access_token'
        ? await admit(ports.tokens, bearerOf(request), now)
        : ok(undefined);
    if (!admitted.ok) {
      tell(ports, request, admitted);
      return refused(admitted.refusal);
    }
    const body = readJson(request);
    if (!body.ok) return badRequest(bodyRefusalText(body.refusal));
    const { requestId, sourceAddress } = request;
    const asked = { body: body.value, requestId, sourceAddress, token: admitted.value };
    const outcome = await registerClient(ports, asked, now);
    tell(ports, request, outcome.ok ? changed(outcome.value) : outcome);
    return outcome.ok ? created(ports, outcome.value) : refused(outcome.refusal);
  };
}

function manage(ports: Ports, clientId: string): Endpoint {
  const decided = async (
    request: HttpRequest,
    outcome: Result<Client, RegistrationRefusal>,
    change: Change | undefined,
    answer: (client: Client) => HttpResponse,
  ): Promise<HttpResponse> => {
    // To read changes nothing; only a refusal of it is told.
    if (!outcome.ok) tell(ports, request, outcome, clientId);
    else if (change !== undefined)
      tell(ports, request, { ok: true, value: { client: outcome.value, change } });
    return Promise.resolve(outcome.ok ? answer(outcome.value) : refused(outcome.refusal));
  };
  const shown = (client: Client): HttpResponse => json(200, information(ports, { client }));
  return methods({
    GET: async (request) =>
      decided(
        request,
        await readRegistration(ports, own(request, clientId), ports.clock()),
        undefined,
        shown,
      ),
    PUT: async (request) => {
      const body = readJson(request);
      if (!body.ok) return badRequest(bodyRefusalText(body.refusal));
      const asked = { ...own(request, clientId), body: body.value };
      return decided(request, await changeRegistration(ports, asked, ports.clock()), 'replaced', shown);
    },
    DELETE: async (request) =>
      decided(
        request,
        await removeRegistration(ports, own(request, clientId), ports.clock()),
        'removed',
        () => ({ status: 204, headers: { 'cache-control': 'no-store' }, body: '' }),
      ),
  });
}

function own(request: HttpRequest, clientId: string): ManagementRequest {
  return { clientId, token: bearerOf(request), requestId: request.requestId };
}

function bearerOf({ headers }: HttpRequest): Secret | undefined {
  const [, token] = /^bearer +([A-Za-z0-9._~+/-]+=*)$/i.exec(headers['authorization'] ?? '') ?? [];
  return token === undefined ? undefined : new Secret(token);
}

// IX-20: everything that was registered; IX-21: no null, and the end of a secret only beside one.
function created(ports: Ports, registered: Registered): HttpResponse {
  return json(201, information(ports, registered));
}

function information(
  { endpoint }: Ports,
  { client, secret, accessToken }: Pick<Registered, 'client' | 'secret' | 'accessToken'>,
): Readonly<Record<string, unknown>> {
  return {
    client_id: client.id,
    client_id_issued_at: client.createdAt,
    ...(secret && { client_secret: secret.reveal(), client_secret_expires_at: 0 }),
    ...(accessToken && { registration_access_token: accessToken.reveal() }),
    ...(client.registered?.tokenDigest !== undefined && {
      registration_client_uri: `${endpoint}/${client.id}`,
    }),
    ...client.registered?.metadata,
  };
}

/** IX-28: JSON of RFC 7591 §3.2.2, also for a body that cannot be read. */
function badRequest(description: string): HttpResponse {
  return errorJson(400, 'invalid_client_metadata', description);
}

function refused(refusal: RegistrationRefusal): HttpResponse {
  const { status, error, description, retryAfter } = toRegistrationError(refusal);
  return errorJson(status, error, description, {
    // RFC 6750 §3.1: no error where no token came, for nothing was wrong with it.
    ...(status === 401 && {
      'www-authenticate':
        refusal.reason === 'initial_access_token_missing' ? 'Bearer' : 'Bearer error="invalid_token"',
    }),
    ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }),
  });
}

function changed({ client, created: isNew }: Registered): Result<{ client: Client; change: Change }, never> {
  return { ok: true, value: { client, change: isNew ? 'created' : 'found' } };
}

function tell(
  { audit }: Ports,
  { requestId, sourceAddress }: HttpRequest,
  outcome: Result<{ readonly client: Client; readonly change: Change }, RegistrationRefusal>,
  claimed?: string,
): void {
  if (outcome.ok) {
    const { client, change } = outcome.value;
    const awaitsApproval = client.state === 'disabled' && client.registered?.awaitsApproval === true;
    const statementIssuer = statementIssuerOf(client.registered?.metadata);
    const { registrationTokenId, enrolledAt } = client.registered ?? {};
    audit({
      event: 'client_registered',
      requestId,
      sourceAddress,
      clientId: client.id,
      change,
      awaitsApproval,
      ...(statementIssuer !== undefined && { statementIssuer }),
      ...(registrationTokenId !== undefined && { registrationTokenId }),
      ...(enrolledAt && { enrolledAt }),
    });
    return;
  }
  const { refusal } = outcome;
  const isNamed = claimed !== undefined && isLoggableClientId(claimed);
  audit({
    event: 'client_registration_refused',
    requestId,
    sourceAddress,
    ...(isNamed && { claimedClientId: claimed }),
    ...namedBy(refusal),
    reason: refusal.reason,
  });
}

/** The issuer of a statement, the token, or the provider that a refusal is about; each is known to us. */
function namedBy(refusal: RegistrationRefusal) {
  return {
    ...('issuer' in refusal && { statementIssuer: refusal.issuer }),
    ...('registrationTokenId' in refusal && { registrationTokenId: refusal.registrationTokenId }),
    ...('idp' in refusal && { idp: refusal.idp }),
    ...('fix' in refusal && { detail: refusal.detail, fix: refusal.fix }),
  };
}
