import type { Devices } from '../../ports/devices.ts';
import type { StoredGrant } from '../../ports/grants.ts';
import { sameDigest, sha256 } from '../../runtime/digest.ts';
import type { Instant } from '../../runtime/clock.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import { type DeviceCode, judgeDevice, readDeviceCode } from '../device/device-code.ts';
import { stillWaiting } from '../device/pace.ts';
import type { Parameters } from '../parameters.ts';
import type { GrantRefusal } from '../refusal.ts';
import type { PersonGrantPorts } from './authorization-code.ts';
import { judgeUse } from './code.ts';
import { defineGrant, type Grant } from './grant.ts';
import { grantedResource } from './granted-resource.ts';
import { personPlan } from './person-plan.ts';
import { redeemCode, refuseCode } from './redeem-code.ts';

interface DeviceRequest {
  readonly code: DeviceCode;
  readonly resources: readonly string[];
}

/** RFC 8628 §3.4: a client without a browser asks until somebody has decided, and gets the tokens of it once. */
export function deviceCodeGrant(ports: PersonGrantPorts & { readonly devices: Devices }): Grant {
  return defineGrant({
    type: 'urn:ietf:params:oauth:grant-type:device_code',
    parameters: ['device_code', 'resource'],
    parse: deviceRequest,
    decide: async (request, context) => {
      const { client, now } = context;
      const device = await ports.devices.find(request.code.id);
      const standing = judgeDevice(device, request.code, client.client.id, now);
      if (!standing.ok) return standing;
      const { value } = standing;
      if (value.kind === 'waiting') return stillWaiting(ports, value.device, now);
      const found = await ports.grants.find(value.decision.grantId);
      const judge = (one: StoredGrant | undefined) => judgeGrant(one, request, now);
      const grant = judge(found);
      if (!grant.ok) return refuseCode(ports, grant.refusal, found, context);
      const { terms, code } = grant.value;
      const plan = await personPlan(ports, terms, client);
      if (!plan.ok) return plan;
      return ok({
        plan: plan.value,
        ...(terms.scope.some((name) => name === 'openid') && { idToken: { person: terms.person } }),
        uses: code.digest,
        mark: () => redeemCode(ports, grant.value, judge, context),
      });
    },
  });
}

function deviceRequest({ values, resources }: Parameters): Result<DeviceRequest, GrantRefusal> {
  const text = values.get('device_code');
  if (text === undefined) return refuse({ reason: 'device_code_missing' });
  const code = readDeviceCode(text);
  return code === undefined ? refuse({ reason: 'device_code_unknown' }) : ok({ code, resources });
}

/** The grant that a person made of the device's own code. Whose the device is, is known by then. */
function judgeGrant(
  grant: StoredGrant | undefined,
  { code: { secret }, resources }: DeviceRequest,
  now: Instant,
): Result<StoredGrant, GrantRefusal> {
  if (grant === undefined || !sameDigest(sha256(secret), grant.code.digest)) {
    return refuse({ reason: 'device_code_expired' });
  }
  const { terms, code } = grant;
  if (code.redeemedAt === undefined && now >= code.expiresAt)
    return refuse({ reason: 'device_code_expired' });
  const resource = grantedResource(terms, resources);
  return resource.ok ? judgeUse(grant, now) : resource;
}
