import * as v from 'valibot';
import { bodyRefused } from '../../http/body-refusal.ts';
import { readJson } from '../../http/json-body.ts';
import type { Endpoint, HttpRequest, HttpResponse } from '../../http/message.ts';
import { methods } from '../../http/methods.ts';
import { onlyOperators } from '../../http/operators.ts';
import { errorJson, json } from '../../http/respond.ts';
import { route, routes } from '../../http/routes.ts';
import type { KeyAuthor, KeyRingPorts } from '../../keys/ports.ts';
import { describeRefusal, type RotationRefusal } from '../../keys/refusal.ts';
import { rotate, withdraw } from '../../keys/rotate.ts';
import { ringOnTheWire } from '../../keys/wire.ts';
import type { Instant } from '../../runtime/clock.ts';
import type { KeyThumbprint } from '../../runtime/identifiers.ts';

/** The signing keys for operators. */
export function keysEndpoint(ports: KeyRingPorts): Endpoint {
  const list: Endpoint = async () =>
    json(200, ringOnTheWire(await ports.keyRing.read(), ports.policy, ports.clock()));
  return onlyOperators(
    routes([
      route('/admin/keys', methods({ GET: list })),
      route('/admin/keys/rotate', methods({ POST: (request) => rotateKeys(ports, request) })),
    ]),
  );
}

const rotationRequest = v.strictObject({
  compromised: v.exactOptional(v.pipe(v.string(), v.regex(/^[\w-]{43}$/))),
});

async function rotateKeys(ports: KeyRingPorts, request: HttpRequest): Promise<HttpResponse> {
  const body = request.body.byteLength === 0 ? ({ ok: true, value: {} } as const) : readJson(request);
  if (!body.ok) return bodyRefused(body.refusal);
  const asked = v.safeParse(rotationRequest, body.value);
  if (!asked.success || Array.isArray(body.value)) return errorJson(400, 'invalid_request', bodyForm);
  const kid = asked.output.compromised as KeyThumbprint | undefined;
  const author: KeyAuthor = { actor: request.iam?.userArn ?? '', requestId: request.requestId };
  const rotated = kid === undefined ? await rotate(ports, author) : await withdraw(ports, kid, author);
  if (rotated.ok) return json(200, ringOnTheWire(rotated.value, ports.policy, ports.clock()));
  const { reason } = rotated.refusal;
  ports.audit({
    event: 'key_rotation_refused',
    ...{ requestId: request.requestId, reason, by: author.actor, ...(kid !== undefined && { kid }) },
  });
  return refused(rotated.refusal, ports.clock());
}

const bodyForm = 'the body must be {} or {"compromised": kid}, the kid of a signing key';

function refused(refusal: RotationRefusal, now: Instant): HttpResponse {
  const description = describeRefusal(refusal, now);
  if (refusal.reason === 'unknown_key') return errorJson(404, 'not_found', description);
  return errorJson(409, 'conflict', description);
}
