import type { Connection } from '../../ports/connections.ts';
import type { CallTime, ThirdPartyFailure, ThirdPartyReply } from '../../ports/third-party-calls.ts';
import { DependencyUnavailable } from '../../runtime/dependency.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import { pauseUntil } from '../retry-after.ts';
import { answerHeaders } from './answer-headers.ts';
import { type Bearing, bearingOf } from './bearing.ts';
import type { CallPorts, DecidedCall } from './decide-call.ts';
import { connectAgain, placeOf, type UsableConnection, usableConnection } from './find-connection.ts';
import { inTime, type SoFar } from './in-time.ts';
import { redactorOf } from './redact.ts';
import type { CallRefusal } from './refusal.ts';
import { type Answered, sendCall } from './send.ts';

/** What the agent is answered. */
export interface EgressAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Uint8Array;
  /** How often the credential stood in what the third party said. */
  readonly redacted: number;
}

/** Makes a call that was decided on: with a credential that is not over, and once more where the third party calls it over all the same. */
export async function makeCall(
  ports: CallPorts,
  time: CallTime,
  decided: DecidedCall,
): Promise<Result<EgressAnswer, CallRefusal>> {
  const current = await inTime(time, 'unsent', () => notOver(ports, decided));
  if (!current.ok) return current;
  const first = await sendBy(ports, decided, current.value, { time, soFar: 'unsent' });
  if (!first.ok) return first;
  if (first.value.answered.reply.status !== 401) return answered(ports, time, decided, first.value);
  // A 401 was refused before anything was done: whatever the method is, it may be sent again.
  const renewed = await inTime(time, 'refused', () => renewedConnection(ports, decided, current.value));
  if (!renewed.ok) return renewed;
  if (renewed.value.version === current.value.version) return answered(ports, time, decided, first.value);
  const second = await sendBy(ports, decided, renewed.value, { time, soFar: 'refused' });
  return second.ok ? answered(ports, time, decided, second.value) : second;
}

/** Seconds before its end in which nobody begins anything with a credential. */
const margin = 5;

function notOver(ports: CallPorts, decided: DecidedCall): Promise<Result<UsableConnection, CallRefusal>> {
  const { connection } = decided;
  const { accessUntil } = connection;
  const isOver = accessUntil !== undefined && accessUntil - margin <= ports.clock();
  return isOver ? renewedConnection(ports, decided, connection) : Promise.resolve(ok(connection));
}

/** Once for all who ask at the same time. */
async function renewedConnection(
  ports: CallPorts,
  { caller, provider }: DecidedCall,
  { connection, version }: Connection,
): Promise<Result<UsableConnection, CallRefusal>> {
  const place = placeOf(caller);
  const outcome = place === undefined ? 'gone' : await ports.connecting.renew(place, { connection, version });
  return outcome === 'interaction_required'
    ? connectAgain(caller, ports.issuer)
    : usableConnection(ports, { caller, provider }, ports.clock());
}

interface Sent {
  readonly answered: Answered;
  readonly bearing: Bearing;
  readonly connection: UsableConnection;
}

async function sendBy(
  { seals }: CallPorts,
  { provider, caller, allowed }: DecidedCall,
  connection: UsableConnection,
  { time, soFar }: { readonly time: CallTime; readonly soFar: SoFar },
): Promise<Result<Sent, CallRefusal>> {
  const place = placeOf(caller);
  if (place === undefined) throw new Error('a connection was found at no place');
  // Made of what was asked, and not of what was read: an item that was moved does not open.
  const binding = { ...place, connection: caller.detail.connection };
  const opened = await inTime(time, soFar, async () =>
    ok(bearingOf(provider.credential, await seals.open(binding, 'access', connection.access))),
  );
  if (!opened.ok) return opened;
  const sent = await sendCall(time.send, allowed, opened.value);
  return sent.ok ? ok({ answered: sent.value, bearing: opened.value, connection }) : failed(sent.refusal);
}

async function answered(
  ports: CallPorts,
  time: CallTime,
  { provider, allowed }: DecidedCall,
  { answered: { reply, from }, bearing, connection }: Sent,
): Promise<Result<EgressAnswer, CallRefusal>> {
  await pause(ports, time, connection, reply);
  const redactor = redactorOf(bearing.secrets);
  const body = redactor.bytes(reply.body);
  const uri = `${ports.issuer}/egress/${provider.id}`;
  let redacted = body.count;
  const headers = Object.entries(
    answerHeaders(reply, provider.api, { uri, origins: allowed.origins }, from),
  ).map(([name, value]) => {
    const { text, count } = redactor.text(value);
    redacted += count;
    return [name, text] as const;
  });
  return ok({ status: reply.status, headers: Object.fromEntries(headers), bytes: body.bytes, redacted });
}

/** The agent is told what the third party said, whether or not it can be kept: whoever calls next is told by the third party. */
async function pause(
  { connections, clock }: CallPorts,
  { within }: CallTime,
  connection: UsableConnection,
  { status, headers }: ThirdPartyReply,
): Promise<void> {
  const until = pauseUntil({ status, retryAfter: headers['retry-after'] }, clock());
  if (until === undefined) return;
  try {
    await within(() => connections.pause(connection, until));
  } catch (error) {
    if (!(error instanceof DependencyUnavailable)) throw error;
  }
}

const failures = {
  not_allowed: [
    502,
    'third_party_unavailable',
    'the address of the third party is not one that calls are sent to',
  ],
  unreached: [502, 'third_party_unavailable', 'the third party can not be reached; nothing was sent to it'],
  broken: [502, 'third_party_unavailable', 'the third party broke off; it may have done what was asked'],
  encoded: [502, 'third_party_unavailable', 'the third party answered in an encoding that was not asked for'],
  timed_out: [
    504,
    'third_party_timed_out',
    'the third party had not answered when the 25 s of the call were over; it may have done what was asked',
  ],
  too_large: [502, 'third_party_answer_too_large', 'the answer is larger than 4 MB; ask for less of it'],
} as const satisfies Readonly<
  Record<ThirdPartyFailure, readonly [CallRefusal['status'], CallRefusal['error'], string]>
>;

function failed(failure: ThirdPartyFailure): Result<never, CallRefusal> {
  const [status, error, description] = failures[failure];
  return refuse({ reason: failure, status, error, description });
}
