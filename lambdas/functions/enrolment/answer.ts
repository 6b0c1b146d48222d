import { enrol } from '../../oauth/enrolment/enrol.ts';
import { leave } from '../../oauth/enrolment/leave.ts';
import { rename } from '../../oauth/enrolment/rename.ts';
import { sweep, type SweepPorts, tellRefused } from '../../oauth/enrolment/sweep.ts';
import type { EnrolmentAnswer, EnrolmentQuestion } from '../../ports/enrolment-questions.ts';
import { EnrolmentUnderWay } from '../../ports/enrolments.ts';
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
  requestId: string,
): Promise<EnrolmentAnswer> {
  try {
    return await answerOf(ports, question, requestId);
  } catch (error) {
    if (!(error instanceof DependencyUnavailable)) throw error;
    logger.warn('a dependency is unavailable', { dependency: error.dependency, error });
    const { dependency, retryAfterSeconds } = error;
    const underWay = error instanceof EnrolmentUnderWay && ({ underWay: true } as const);
    return { told: 'unavailable', dependency, retryAfterSeconds, ...underWay };
  }
}

async function answerOf(
  ports: AnswerPorts,
  question: EnrolmentQuestion,
  requestId: string,
): Promise<EnrolmentAnswer> {
  switch (question.ask) {
    case 'enrol':
      return tellOfDocument(ports, question, requestId, await enrolAtAll(ports, question));
    case 'rename':
      return renameAtAll(ports, question, requestId);
    case 'leave':
      return leaveAll(ports, question, requestId);
  }
}

export function sweepAll(ports: AnswerPorts, requestId: string): Promise<void> {
  return atEach(ports, (idp) => sweep(ports, idp, requestId));
}

type Enrolling = Extract<EnrolmentQuestion, { readonly ask: 'enrol' }>;

type Enrolled = Extract<EnrolmentAnswer, { readonly told: 'enrolled' | 'refused' }>;

/** Of others the function tells that asked. */
function tellOfDocument(
  { audit, quotas }: AnswerPorts,
  { client: clientId, document: documentUrl }: Enrolling,
  requestId: string,
  answer: Enrolled,
): Enrolled {
  if (documentUrl === undefined) return answer;
  const named = { requestId, documentUrl, clientId };
  if (answer.told === 'enrolled') audit({ event: 'document_enrolled', ...named, idps: [...quotas.keys()] });
  else audit({ event: 'document_not_enrolled', ...named, ...answer.refusal });
  return answer;
}

async function enrolAtAll(ports: AnswerPorts, { client, name, document }: Enrolling): Promise<Enrolled> {
  const idps = await proxied(ports);
  const disabled = idps.find(({ state }) => state === 'disabled');
  if (disabled !== undefined) {
    throw new DependencyUnavailable(`identity provider ${disabled.id}`, { cause: 'it is disabled' });
  }
  const done: IdentityProvider[] = [];
  // Anybody may name a document, again and again: what is made stays for the next try, and for the sweep.
  const undo = async (): Promise<void> => {
    if (document === undefined) await leaveQuietly(ports, done, client);
  };
  try {
    for (const idp of idps) {
      const enrolled = await enrol(ports, idp, { client, name, quota: ports.quotas.get(idp.id) ?? 0 });
      if (!enrolled.ok) {
        await undo();
        return { told: 'refused', refusal: enrolled.refusal };
      }
      if (enrolled.value === 'made') done.push(idp);
    }
    return { told: 'enrolled' };
  } catch (error) {
    await undo();
    throw error;
  }
}

async function renameAtAll(
  ports: AnswerPorts,
  { client, name }: Extract<EnrolmentQuestion, { readonly ask: 'rename' }>,
  requestId: string,
): Promise<EnrolmentAnswer> {
  await atEach(ports, async (idp) => {
    const outcome = await rename(ports, idp, { client, name });
    if (outcome === 'refused') tellRefused(ports, idp, client, requestId);
  });
  return { told: 'renamed' };
}

async function leaveAll(
  ports: AnswerPorts,
  { client }: Pick<EnrolmentQuestion, 'client'>,
  requestId: string,
): Promise<EnrolmentAnswer> {
  await atEach(ports, async (idp) => {
    const left = await leave(ports, idp, { idp: idp.id, client });
    // That a client removed itself is told already; what is left of it there is not.
    if (left.outcome !== 'unknown') return;
    const { outcome, upstreamId: upstreamClientId } = left;
    const named = { idp: idp.id, clientId: client, upstreamClientId };
    ports.audit({ event: 'enrolment_ended', requestId, ...named, reason: 'client_gone', outcome });
  });
  return { told: 'left' };
}

/** One provider that fails keeps the others from nothing. */
async function atEach(ports: AnswerPorts, work: (idp: IdentityProvider) => Promise<void>): Promise<void> {
  const done = await Promise.allSettled((await proxied(ports)).map(work));
  for (const each of done) if (each.status === 'rejected') throw each.reason;
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
