import { diagnose } from '../../oauth/people/diagnosis/diagnose.ts';
import { explainRefusal } from '../../oauth/people/diagnosis/explain-refusal.ts';
import { type LookedAt, lookedAt } from '../../oauth/people/diagnosis/provider.ts';
import { makeCertificate } from '../../oauth/people/make-certificate.ts';
import { completeSignIn } from '../../oauth/people/sign-in.ts';
import { renewKept } from '../../oauth/people/renew-kept.ts';
import { checkStanding, type StandingPorts } from '../../oauth/people/standing.ts';
import { waitingAmong } from '../../oauth/people/waiting.ts';
import type { AssertionSigner } from '../../ports/assertion-signer.ts';
import type { Diagnosis, Look } from '../../ports/diagnosis.ts';
import type { DownstreamAnswer, DownstreamQuestion } from '../../ports/downstream.ts';
import type { DownstreamApi } from '../../ports/downstream-apis.ts';
import type { IdentityProvider } from '../../ports/identity-providers.ts';
import type { WantedCertificate } from '../../ports/provider-certificates.ts';
import type { SpokenTo, UpstreamProviders } from '../../ports/upstream.ts';
import { canProve } from '../../registry/fitting-api.ts';
import { DependencyUnavailable } from '../../runtime/dependency.ts';
import type { ClientId, GrantId, IdpId, Issuer, ResourceUri } from '../../runtime/identifiers.ts';
import { logger } from '../../runtime/log.ts';
import { type ApiAnswerPorts, exchanged, minted } from './api-answers.ts';
import { findProvider } from './find-provider.ts';

export interface DownstreamPorts extends StandingPorts, ApiAnswerPorts {
  readonly upstream: UpstreamProviders;
  readonly look: Look;
  readonly signer: AssertionSigner;
  /** Ours: callbacks are under it. */
  readonly issuer: Issuer;
}

type Asked<Ask extends DownstreamQuestion['ask']> = Ask extends unknown
  ? Extract<DownstreamQuestion, { readonly ask: Ask }>
  : never;

/** Answers one question. What is down is an answer; anything else that fails is a defect, and is thrown. */
export async function answerQuestion(
  ports: DownstreamPorts,
  question: DownstreamQuestion,
): Promise<DownstreamAnswer> {
  try {
    return await answerOf(ports, question);
  } catch (error) {
    if (!(error instanceof DependencyUnavailable)) throw error;
    logger.warn('a dependency is unavailable', { dependency: error.dependency, error });
    const { dependency, retryAfterSeconds } = error;
    return { told: 'unavailable', dependency, retryAfterSeconds };
  }
}

async function answerOf(ports: DownstreamPorts, question: DownstreamQuestion): Promise<DownstreamAnswer> {
  if (isOfKept(question)) return ofKept(ports, question);
  switch (question.ask) {
    case 'begin': {
      const idp = await signingIn(ports, question.idp, question.start);
      const url = await ports.upstream.begin(idp, question.start);
      return { told: 'begun', url: url.href };
    }
    case 'complete': {
      const idp = await signingIn(ports, question.idp, question.back);
      const signedIn = await completeSignIn(ports, idp, question.back, ports.clock());
      if (signedIn.ok) return { told: 'signed_in', signedIn: signedIn.value };
      const { refusal } = signedIn;
      return { told: 'refused', refusal, explained: explainRefusal(seenAs(ports, idp), idp.id, refusal) };
    }
    case 'standing': {
      const idp = await findProvider(ports, question.idp);
      return { told: 'standing', standing: await checkStanding(ports, idp, question.grant) };
    }
    case 'renew': {
      const idp = await findProvider(ports, question.idp);
      return { told: 'standing', standing: await renewKept(ports, idp, question) };
    }
    case 'logout':
      return judgedLogout(ports, await findProvider(ports, question.idp), question);
    case 'leave':
      return leaving(ports, await findProvider(ports, question.idp), question.start);
    case 'certify':
      return certified(ports, question.wanted, await findProvider(ports, question.idp));
    case 'diagnose': {
      const idp = await findProvider(ports, question.idp);
      return { told: 'diagnosed', ...(idp && { diagnosis: await diagnoseOwn(ports, idp, question.apis) }) };
    }
  }
}

type AskedOfKept = Asked<'exchange' | 'machine_token' | 'confirm' | 'waiting' | 'forget'>;

function isOfKept(question: DownstreamQuestion): question is AskedOfKept {
  return ['exchange', 'machine_token', 'confirm', 'waiting', 'forget'].includes(question.ask);
}

/** What is asked of kept tokens, and not of whether somebody stands. */
async function ofKept(ports: DownstreamPorts, question: AskedOfKept): Promise<DownstreamAnswer> {
  if (question.ask === 'exchange') return exchanged(ports, question.request);
  if (question.ask === 'machine_token') return minted(ports, question.request);
  if (question.ask === 'confirm') {
    await ports.vault.confirm(question.grant, ports.clock());
    return { told: 'confirmed' };
  }
  if (question.ask === 'waiting') {
    return { told: 'waiting', grants: await waitingAmong(ports, question.grants, ports.clock()) };
  }
  await ports.vault.forget(question.grant);
  return { told: 'forgotten' };
}

async function judgedLogout(
  { upstream, asClient }: DownstreamPorts,
  idp: IdentityProvider | undefined,
  { token, enrolled }: Asked<'logout'>,
): Promise<DownstreamAnswer> {
  if (idp === undefined) return { told: 'logout_refused', problem: 'the identity provider is gone' };
  // OIDC Back-Channel Logout §2.6: its audience is the client that it is told to.
  const toldTo = await asClient(idp, enrolled);
  if (toldTo === undefined) {
    return { told: 'logout_refused', problem: 'the client that it is told to is not enrolled there' };
  }
  const notice = await upstream.logout(toldTo, token);
  return notice.ok
    ? { told: 'logout', notice: notice.value }
    : { told: 'logout_refused', problem: notice.refusal };
}

async function leaving(
  { upstream }: DownstreamPorts,
  idp: IdentityProvider | undefined,
  start: Asked<'leave'>['start'],
): Promise<DownstreamAnswer> {
  const url = idp && (await upstream.leave(idp, start));
  return { told: 'leaving', ...(url && { url: url.href }) };
}

async function certified(
  ports: DownstreamPorts,
  wanted: WantedCertificate,
  idp: IdentityProvider | undefined,
): Promise<DownstreamAnswer> {
  const made = await makeCertificate(ports, idp, wanted, ports.clock());
  return made.ok
    ? { told: 'certified', certificate: made.value }
    : { told: 'not_certified', refusal: made.refusal };
}

async function diagnoseOwn(
  ports: DownstreamPorts,
  idp: IdentityProvider,
  uris: readonly ResourceUri[],
): Promise<Diagnosis> {
  const { look, upstream, clock, random } = ports;
  const apis = await Promise.all(uris.map((uri) => ports.apis.find(uri)));
  return diagnose(seenAs(ports, idp), {
    ...{ look, clock, random: random(32) },
    probe: () => upstream.probe(idp),
    apis: apis.filter((api): api is DownstreamApi => api?.idp === idp.id),
    probeApi: async (api) => (canProve(idp, api) ? upstream.probeExchange(idp, api) : undefined),
  });
}

function seenAs({ issuer }: DownstreamPorts, idp: IdentityProvider): LookedAt {
  return lookedAt(idp, `${issuer}/callback/${idp.id}`);
}

/** Who signs in again does as the client that they signed in for. */
async function signingIn(
  ports: DownstreamPorts,
  id: IdpId,
  { enrolled, renews }: { readonly enrolled?: ClientId; readonly renews?: GrantId },
): Promise<SpokenTo> {
  const kept = renews && (await ports.vault.find(renews));
  return asked(ports, await active(ports, id), enrolled ?? kept?.client);
}

/** As the client is known there. It was a moment ago: removed since, it is unknown here too before anybody signs in with it. */
async function asked(
  { asClient }: DownstreamPorts,
  idp: IdentityProvider,
  client: ClientId | undefined,
): Promise<SpokenTo> {
  const spokenTo = await asClient(idp, client);
  if (spokenTo !== undefined) return spokenTo;
  const cause = new Error('the client is not enrolled there');
  throw new DependencyUnavailable(`identity provider ${idp.id}`, { cause });
}

/** Whoever asks has chosen among those that are active; an operator may have come between. */
async function active(ports: DownstreamPorts, id: IdpId): Promise<IdentityProvider> {
  const idp = await findProvider(ports, id);
  if (idp?.state === 'active') return idp;
  throw new DependencyUnavailable(`identity provider ${id}`, { cause: new Error('it is disabled') });
}
