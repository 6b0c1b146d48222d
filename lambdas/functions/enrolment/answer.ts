import { enrol } from '../../oauth/enrolment/enrol.ts';
import { leave } from '../../oauth/enrolment/leave.ts';
import { sweep, type SweepPorts } from '../../oauth/enrolment/sweep.ts';
import type { EnrolmentAnswer, EnrolmentQuestion } from '../../ports/enrolment-questions.ts';
import type { IdentityProvider, IdentityProviders } from '../../ports/identity-providers.ts';
import { DependencyUnavailable } from '../../runtime/dependency.ts';
import type { IdpId } from '../../runtime/identifiers.ts';
import { logger } from '../../runtime/log.ts';

export interface AnswerPorts extends SweepPorts {
  readonly identityProviders: IdentityProviders;
  /** By provider, how many clients of ours there may be. */
  readonly quotas: ReadonlyMap<IdpId, number>;
}

/** Answers one question. What is down is an answer; anything else that fails is a defect, and is thrown. */
export async function answerQuestion(
  ports: AnswerPorts,
  question: EnrolmentQuestion,
): Promise<EnrolmentAnswer> {
  try {
    return question.ask === 'enrol' ? await enrolAtAll(ports, question) : await leaveAll(ports, question);
  } catch (error) {
    if (!(error instanceof DependencyUnavailable)) throw error;
    logger.warn('a dependency is unavailable', { dependency: error.dependency, error });
    const { dependency, retryAfterSeconds } = error;
    return { told: 'unavailable', dependency, retryAfterSeconds };
  }
}

/** One provider that fails keeps the others from nothing. */
export async function sweepAll(ports: AnswerPorts, requestId: string): Promise<void> {
  const swept = await Promise.allSettled((await proxied(ports)).map((idp) => sweep(ports, idp, requestId)));
  for (const each of swept) if (each.status === 'rejected') throw each.reason;
}

type Enrolling = Extract<EnrolmentQuestion, { readonly ask: 'enrol' }>;

async function enrolAtAll(ports: AnswerPorts, { client, name }: Enrolling): Promise<EnrolmentAnswer> {
  const idps = await proxied(ports);
  const disabled = idps.find(({ state }) => state === 'disabled');
  if (disabled !== undefined) {
    throw new DependencyUnavailable(`identity provider ${disabled.id}`, { cause: 'it is disabled' });
  }
  const done: IdentityProvider[] = [];
  try {
    for (const idp of idps) {
      const enrolled = await enrol(ports, idp, { client, name, quota: ports.quotas.get(idp.id) ?? 0 });
      if (!enrolled.ok) {
        await leaveQuietly(ports, done, client);
        return { told: 'refused', refusal: enrolled.refusal };
      }
      done.push(idp);
    }
    return { told: 'enrolled' };
  } catch (error) {
    await leaveQuietly(ports, done, client);
    throw error;
  }
}

async function leaveAll(
  ports: AnswerPorts,
  { client }: Pick<EnrolmentQuestion, 'client'>,
): Promise<EnrolmentAnswer> {
  for (const idp of await proxied(ports)) await leave(ports, idp, { idp: idp.id, client });
  return { told: 'left' };
}

/** What fails is left to the sweep, which finds no client of that name here. */
async function leaveQuietly(
  ports: AnswerPorts,
  idps: readonly IdentityProvider[],
  client: EnrolmentQuestion['client'],
): Promise<void> {
  for (const idp of idps) {
    try {
      await leave(ports, idp, { idp: idp.id, client });
    } catch (error) {
      logger.warn('a client is left at an identity provider for the sweep', { idp: idp.id, client, error });
    }
  }
}

async function proxied({ identityProviders, quotas }: AnswerPorts): Promise<readonly IdentityProvider[]> {
  return (await identityProviders.all()).filter(({ id }) => quotas.has(id));
}
