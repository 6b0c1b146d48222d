import type { StoredConnectTransaction } from '../../ports/connect-transactions.ts';
import type { Instant } from '../../runtime/clock.ts';
import { sameDigest, sha256 } from '../../runtime/digest.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import type { AccountSession } from '../account/account-cookie.ts';
import type { AccountVisit } from '../account/account-ports.ts';
import { liveSession } from '../account/live-session.ts';
import type { RepeatableParameters } from '../parameters.ts';
import { callbackOf } from './begin-connect.ts';
import type { ConnectDeadEnd, ConnectOutcome, ConnectPorts } from './connect-ports.ts';
import { type ConnectableProvider, findProvider } from './find-provider.ts';
import { isOffered, offerOf, rolesOf } from './offer.ts';
import { errorCode, refused } from './told.ts';

/** What a third party sent a person back with. */
export interface ConnectReturnVisit extends AccountVisit {
  /** Whose callback it is, as its path says. */
  readonly provider: string;
  readonly parameters: RepeatableParameters;
}

/** Somebody who came back with what they began, in the session that they began it in. */
interface Back {
  readonly transaction: StoredConnectTransaction;
  readonly session: AccountSession;
  readonly provider: ConnectableProvider;
}

/**
 * Takes a person back from the third party: find, expiry, binding to the session, to the provider and to its issuer, what it
 * says, and only then one mark. Whoever brings another's state changes nothing.
 */
export async function comeBackConnected(
  ports: ConnectPorts,
  visit: ConnectReturnVisit,
  now: Instant,
): Promise<ConnectOutcome> {
  const counted = await ports.limit.count(visit.sourceAddress, now);
  if (!counted.ok) return refused(ports, visit, counted.refusal);
  const found = await findTransaction(ports, visit, now);
  if (!found.ok) return refused(ports, visit, found.refusal);
  const { transaction, session } = found.value;
  const provider = await findProvider(ports.providers, transaction.provider);
  if (!provider.ok) return refused(ports, visit, provider.refusal, { person: session.person });
  const back = { transaction, session, provider: provider.value };
  const answer = readAnswer(back.provider, visit.parameters);
  // A page that is loaded again, or whose reply was lost: it tells what came of it.
  if (transaction.spentAt !== undefined) return whatCameOfIt(ports, visit, back);
  if (!answer.ok) return ended(ports, visit, back, answer.refusal);
  const standing = await stillOffered(ports, back);
  if (!standing.ok) return ended(ports, visit, back, standing.refusal);
  if (!(await ports.transactions.spend(transaction.id, { at: now, attempt: ports.random(16) }))) {
    return whatCameOfIt(ports, visit, back);
  }
  return complete(ports, visit, back, answer.value);
}

async function findTransaction(
  ports: ConnectPorts,
  { parameters: { values, repeated }, cookie, provider }: ConnectReturnVisit,
  now: Instant,
): Promise<Result<Pick<Back, 'transaction' | 'session'>, ConnectDeadEnd>> {
  const state = repeated.has('state') ? undefined : values.get('state');
  const transaction = state === undefined ? undefined : await ports.transactions.find(sha256(state));
  if (transaction === undefined) return refuse({ reason: 'unknown' });
  if (transaction.expiresAt <= now) return refuse({ reason: 'expired' });
  // RFC 9700 §4.7: an account of somebody else is not planted on this person, nor theirs on somebody else.
  const session = (await liveSession(ports, cookie, now))?.session;
  const isTheirs = session?.person === transaction.by && sameDigest(sha256(session.id), transaction.session);
  if (session === undefined || !isTheirs) return refuse({ reason: 'other_session' });
  // RFC 9700 §4.4.2.2: each third party has a callback of its own, and answers for itself alone.
  if (transaction.provider !== provider) return refuse({ reason: 'other_provider' });
  return ok({ transaction, session });
}

/** RFC 6749 §4.1.2 */
function readAnswer(
  { credential }: ConnectableProvider,
  { values, repeated }: RepeatableParameters,
): Result<string, ConnectDeadEnd> {
  // RFC 9207 §2.4
  if (credential.issuer !== undefined && values.get('iss') !== credential.issuer) {
    return refuse({ reason: 'other_issuer' });
  }
  const error = values.get('error');
  if (error !== undefined) return refuse({ reason: 'denied', error: errorCode(error) });
  const code = values.get('code');
  if (code === undefined || repeated.has('code') || repeated.has('iss')) {
    return refuse({ reason: 'answer_incomplete' });
  }
  return ok(code);
}

/** A config may have changed while the person was away. */
async function stillOffered(
  { idps }: ConnectPorts,
  { transaction, session, provider }: Back,
): Promise<Result<undefined, ConnectDeadEnd>> {
  const idp = (await idps.all()).find(({ id }) => id === session.idp);
  const offer = offerOf(provider, groupOf(transaction), session, rolesOf(idp, session));
  if (!offer.ok) return offer;
  return isOffered(offer.value.choices, transaction.agents)
    ? ok(undefined)
    : refuse({ reason: 'not_offered' });
}

async function complete(
  ports: ConnectPorts,
  visit: ConnectReturnVisit,
  back: Back,
  code: string,
): Promise<ConnectOutcome> {
  const { transaction, provider } = back;
  const { holder, by, agents, asked, codeVerifier } = transaction;
  const redirectUri = callbackOf(ports.issuer, provider.id);
  const outcome = await ports.connecting.complete(
    { ...{ provider: provider.id, holder, by, agents, asked }, ...{ code, codeVerifier, redirectUri } },
    visit.requestId,
  );
  if (outcome.kind === 'connected') return connected(ports, provider, outcome.summary);
  return ended(ports, visit, back, { reason: 'not_connected', refusal: outcome.refusal });
}

async function whatCameOfIt(
  ports: ConnectPorts,
  visit: ConnectReturnVisit,
  back: Back,
): Promise<ConnectOutcome> {
  const { transaction, provider } = back;
  const connections = await ports.connecting.list(transaction.holder);
  const connection = connections.find((each) => each.provider === provider.id && each.state === 'active');
  if (connection === undefined) return ended(ports, visit, back, { reason: 'over' });
  return connected(ports, provider, connection);
}

async function connected(
  { registry }: ConnectPorts,
  provider: ConnectableProvider,
  connection: Extract<ConnectOutcome, { readonly go: 'connected' }>['connection'],
): Promise<ConnectOutcome> {
  const [resource] = await registry.resources([provider.uri]);
  return { go: 'connected', provider, connection, ...(resource && { resource }) };
}

function ended(
  ports: ConnectPorts,
  visit: ConnectReturnVisit,
  { transaction, session, provider }: Back,
  deadEnd: ConnectDeadEnd,
): ConnectOutcome {
  const again = { group: groupOf(transaction) };
  return refused(ports, visit, deadEnd, { provider, person: session.person, again });
}

function groupOf({ holder }: StoredConnectTransaction): string | undefined {
  return holder.kind === 'group' ? holder.group : undefined;
}
