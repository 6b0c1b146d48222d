import type { Instant } from '../../runtime/clock.ts';
import { pushedIdOf } from '../par/request-uri.ts';
import type { RepeatableParameters } from '../parameters.ts';
import { lookUpRequest, writtenRequest } from './look-up.ts';
import { openPushed } from './open-pushed.ts';
import type { Outcome } from './outcome.ts';
import { proceed } from './proceed.ts';
import { redirected } from './refusal.ts';
import { nowhere } from './sign-in-audit.ts';
import type { SignInPorts, Visit } from './sign-in-ports.ts';
import { wayBack } from './sign-in-request.ts';
import { toldClient } from './tell-client.ts';
import { unsound } from './unsound.ts';

/** What a client sent a person here with. */
export interface AuthorizationVisit extends Visit {
  readonly parameters: RepeatableParameters;
}

/** The authorization endpoint of a deployment that people sign in at (RFC 6749 §3.1). */
export function authorize(ports: SignInPorts): (visit: AuthorizationVisit, now: Instant) => Promise<Outcome> {
  return async (visit, now) => {
    const { parameters, sourceAddress } = visit;
    const counted = await ports.limit.count(sourceAddress, now);
    if (!counted.ok) return nowhere(ports, visit, counted.refusal, parameters.values.get('client_id'));
    const pushed = pushedIdOf(parameters.values.get('request_uri'));
    if (pushed !== undefined) return openPushed(ports, visit, { id: pushed, parameters }, now);
    const read = await lookUpRequest(ports.registry, parameters, now);
    if (!read.ok) return unsound(ports, visit, parameters, { ...read, consented: false }, now);
    const request = read.value;
    const { client } = request;
    if (client.pushesRequests === true) {
      const told = { client, back: wayBack(request), refusal: notPushed, consented: false };
      return toldClient(ports, visit, told, now);
    }
    return proceed(ports, visit, { request, written: writtenRequest(parameters) }, now);
  };
}

/** RFC 9126 §6: what a client said of itself binds whoever makes requests in its name. */
const notPushed = redirected(
  'invalid_request',
  'request_not_pushed',
  'the client is registered to push its requests: push this one, and send its request_uri',
);
