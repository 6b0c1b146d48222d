import type { StoredDevice } from '../../ports/devices.ts';
import type { Instant } from '../../runtime/clock.ts';

import { bindBrowser } from '../authorization/browser-binding.ts';
import { sealRequest } from '../authorization/carried-request.ts';
import { chooseIdp } from '../authorization/choose-idp.ts';
import { lookUpWritten, readWritten, writtenForDevice } from '../authorization/look-up.ts';
import type { Outcome } from '../authorization/outcome.ts';
import { nowhere } from '../authorization/sign-in-audit.ts';
import type { SignInPorts, Visit } from '../authorization/sign-in-ports.ts';
import { unsound } from '../authorization/unsound.ts';
import { isWaiting } from './approve-device.ts';
import type { GuessLimit } from './guess-limit.ts';
import { deviceIdOf, readUserCode } from './user-code.ts';

export interface UserCodePorts extends SignInPorts {
  readonly guesses: GuessLimit;
}

/** A person at the page where codes of devices are entered. */
export interface UserCodeVisit extends Visit {
  /** Absent: they have entered nothing yet. */
  readonly typed: string | undefined;
  /** What a link brought: it is shown and not taken, so that nobody is led on without a press. */
  readonly linked: string | undefined;
}

/**
 * From a user code to the question whether the person began it (RFC 8628 §3.3). Of a code that is wrong, expired or decided
 * nothing is told but that it does not count, and trying many is limited.
 */
export function enterUserCode(
  ports: UserCodePorts,
): (visit: UserCodeVisit, now: Instant) => Promise<Outcome> {
  return async (visit, now) => {
    const counted = await ports.limit.count(visit.sourceAddress, now);
    if (!counted.ok) return nowhere(ports, visit, counted.refusal);
    if (visit.typed === undefined) return asked(false, visit.linked);
    const userCode = readUserCode(visit.typed);
    // What has no form of a code is no try.
    if (userCode === undefined) return wrong(ports, visit, 'user_code_malformed', visit.typed);
    const tried = await ports.guesses.count(visit.sourceAddress, now);
    if (!tried.ok) {
      recordRefusal(ports, visit, tried.refusal.reason);
      return { go: 'nowhere', deadEnd: tried.refusal };
    }
    const device = await ports.devices.find(deviceIdOf(userCode));
    if (device === undefined || !isWaiting(device, now)) {
      return wrong(ports, visit, 'user_code_unknown', visit.typed);
    }
    ports.guesses.giveBack(visit.sourceAddress);
    return askWhether(ports, visit, { device, userCode }, now);
  };
}

async function askWhether(
  ports: UserCodePorts,
  visit: Visit,
  { device, userCode }: { readonly device: StoredDevice; readonly userCode: string },
  now: Instant,
): Promise<Outcome> {
  const written = writtenForDevice(device.request, device.id);
  const read = await lookUpWritten(ports.registry, written, now);
  if (!read.ok) return unsound(ports, visit, readWritten(written), { ...read, consented: false }, now);
  const { client, access, resource } = read.value;
  const browser = await bindBrowser(ports, visit.browser, now);
  const carried = { asks: 'device', browser: browser.digest, request: written } as const;
  return {
    ...{ go: 'ask_device', userCode, client, browser: browser.kept },
    carried: await sealRequest(ports.seals, carried, now),
    idps: chooseIdp(await ports.idps.all(), { resource: access.resource }),
    ...(resource && { resource }),
  };
}

function wrong(ports: UserCodePorts, visit: Visit, reason: string, typed: string): Outcome {
  recordRefusal(ports, visit, reason);
  return asked(true, typed);
}

function asked(wrong: boolean, text: string | undefined): Outcome {
  const entered = text === undefined ? undefined : readUserCode(text);
  return { go: 'ask_user_code', wrong, ...(entered !== undefined && { entered }) };
}

function recordRefusal({ audit }: UserCodePorts, { requestId, sourceAddress }: Visit, reason: string): void {
  audit({ event: 'user_code_refused', requestId, sourceAddress, reason });
}
