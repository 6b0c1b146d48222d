import type { Enrolment, OwnRegistration } from '../../ports/enrolments.ts';
import type { SealedToken } from '../../ports/vault.ts';
import { after } from '../../runtime/clock.ts';
import { DependencyUnavailable } from '../../runtime/dependency.ts';
import type { EnrolmentPorts } from './enrol.ts';

/** Longer than the function lives, so that nobody uses a registration that another one may be using. Seconds. */
const leaseSeconds = 90;

export interface HeldRegistration {
  readonly attempt: string;
  readonly registration: OwnRegistration;
  readonly reseal: (registration: OwnRegistration) => SealedToken;
}

/**
 * The registration of a client, for one alone to use: a provider may give another in its place with each use. Undefined where the
 * credential of the deployment manages the client. Throws `DependencyUnavailable` while another one uses it.
 */
export async function holdRegistration(
  { enrolments, seals, clock, random }: EnrolmentPorts,
  enrolment: Enrolment,
  what: 'change' | 'removal',
): Promise<HeldRegistration | undefined> {
  if (enrolment.registration === undefined) return undefined;
  const opened = await seals.openRegistration(enrolment, enrolment.registration);
  const now = clock();
  const attempt = random(16);
  if (await enrolments.lease(enrolment, { attempt, until: after(now, leaseSeconds) }, what, now)) {
    return { attempt, ...opened };
  }
  throw new DependencyUnavailable(`identity provider ${enrolment.idp}`, {
    cause: new Error('another one changes or removes that client'),
    retryAfterSeconds: leaseSeconds,
  });
}
