import type { Explained } from '../../ports/diagnosis.ts';
import type { Client } from '../../ports/registry.ts';
import type { Instant } from '../../runtime/clock.ts';
import type { IdpId } from '../../runtime/identifiers.ts';
import { redirectKind } from '../redirect-uri.ts';
import { isVouchedFor } from './consent-standing.ts';
import type { Leave, Outcome } from './outcome.ts';
import type { DeviceBack, RedirectBack, RedirectRefusal, WayBack } from './refusal.ts';
import { auditedFault, nowhere } from './sign-in-audit.ts';
import type { SignInPorts, Visit } from './sign-in-ports.ts';

type Ports = Pick<SignInPorts, 'audit' | 'devices' | 'random'>;

interface Told<Back extends WayBack = WayBack> {
  readonly client: Client;
  readonly back: Back;
  readonly refusal: RedirectRefusal;
  readonly idp?: IdpId;
  /** Of what the identity provider said: what it comes from. */
  readonly explained?: Explained;
  /** Whether the person has said yes to the client, now or earlier. */
  readonly consented: boolean;
}

/** Tells the client, and the audit trail once. */
export async function toldClient(ports: Ports, visit: Visit, told: Told, now: Instant): Promise<Outcome> {
  const { client, back, refusal, consented } = told;
  if ('device' in back) return toldDevice(ports, visit, { ...told, back }, now);
  recordRefusal(ports, visit, told);
  const leave = consented ? 'at_once' : leaveWithoutConsent(client, back);
  return { go: 'to_client', client, back, answer: { refusal }, leave };
}

/** RFC 8628 §3.5: a device hears no more than that it was denied; the person reads why. Said before, it is as well. */
async function toldDevice(
  ports: Ports,
  visit: Visit,
  told: Told<DeviceBack>,
  now: Instant,
): Promise<Outcome> {
  const { client, back, refusal } = told;
  const denial = { decision: { outcome: 'denied' }, at: now, attempt: ports.random(16) } as const;
  const decided = await ports.devices.decide(back.device, denial);
  if (!decided.won && decided.taken?.decision?.outcome !== 'denied') {
    return nowhere(ports, visit, { reason: 'device_over' }, client.id);
  }
  recordRefusal(ports, visit, told);
  return { go: 'device_denied', client, refusal };
}

function recordRefusal({ audit }: Ports, { requestId, sourceAddress }: Visit, told: Told): void {
  const { client, refusal, idp, explained } = told;
  audit({
    event: 'authorization_refused',
    ...{ requestId, sourceAddress, clientId: client.id, reason: refusal.reason, error: refusal.error },
    ...(idp !== undefined && { idp }),
    ...auditedFault(explained),
  });
}

/**
 * RFC 9700 §4.11.2: anybody can register a page of theirs and then have a request refused, or be told no, so that a link
 * to us would lead people there. A person's own machine is no such place, and applications on it wait for the answer.
 */
function leaveWithoutConsent(client: Client, { redirectUri }: RedirectBack): Leave {
  return redirectKind(redirectUri) === 'https' && !isVouchedFor(client) ? 'by_choice' : 'at_once';
}
