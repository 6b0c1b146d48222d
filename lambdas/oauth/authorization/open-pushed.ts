import type { StoredPushedRequest } from '../../ports/pushed-requests.ts';
import type { Instant } from '../../runtime/clock.ts';
import { DependencyUnavailable } from '../../runtime/dependency.ts';
import { logger } from '../../runtime/log.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import { writtenAsPushed } from '../par/request-uri.ts';
import type { RepeatableParameters } from '../parameters.ts';
import { bindBrowser } from './browser-binding.ts';
import { lookUpRequest, readWritten } from './look-up.ts';
import type { DeadEnd, Kept, Outcome } from './outcome.ts';
import { proceed } from './proceed.ts';
import { nowhere } from './sign-in-audit.ts';
import type { SignInPorts, Visit } from './sign-in-ports.ts';
import { unsound } from './unsound.ts';

interface Brought {
  /** Of the request that its `request_uri` stands for. */
  readonly id: string;
  /** RFC 9126 §4: beside the client_id nothing else of them counts. */
  readonly parameters: RepeatableParameters;
}

/**
 * Goes on with the request that a client pushed: find, expiry, binding to the client, and the request itself, which is
 * read again. The first browser that brings it has it, so that a link to it that somebody else opens leads nowhere.
 */
export async function openPushed(
  ports: SignInPorts,
  visit: Visit,
  brought: Brought,
  now: Instant,
): Promise<Outcome> {
  const found = await findPushed(ports, brought, now);
  const claimed = brought.parameters.values.get('client_id');
  if (!found.ok) return nowhere(ports, visit, found.refusal, claimed);
  const { id, request: pushed } = found.value;
  const parameters = readWritten(pushed);
  const read = await lookUpRequest(ports.registry, parameters, now);
  if (!read.ok) return unsound(ports, visit, parameters, { ...read, consented: false }, now);
  const { digest, kept } = await bindBrowser(ports, visit.browser, now);
  try {
    const isOurs = await ports.pushed.open(id, { browser: digest, at: now });
    if (!isOurs) return nowhere(ports, visit, { reason: 'pushed_request_elsewhere' }, claimed);
    const written = writtenAsPushed(pushed, id);
    return await proceed(ports, { ...visit, browser: kept.value }, { request: read.value, written }, now);
  } catch (error) {
    if (!(error instanceof DependencyUnavailable)) throw error;
    return postponed(visit, brought, kept, error);
  }
}

/** The request may be the browser's by now: it has to keep its id, or it would find its own request taken. */
function postponed(
  { requestId }: Visit,
  { parameters: { values } }: Brought,
  browser: Kept,
  error: DependencyUnavailable,
): Outcome {
  const { dependency, retryAfterSeconds: retryAfter } = error;
  logger.error('dependency unavailable', { requestId, dependency, error });
  const [clientId = '', requestUri = ''] = [values.get('client_id'), values.get('request_uri')];
  return { go: 'postponed', clientId, requestUri, browser, retryAfter };
}

async function findPushed(
  { pushed }: SignInPorts,
  { id, parameters: { values, repeated } }: Brought,
  now: Instant,
): Promise<Result<StoredPushedRequest, DeadEnd>> {
  const name = (['client_id', 'request_uri'] as const).find((one) => repeated.has(one));
  if (name !== undefined) return refuse({ reason: 'parameter_ambiguous', name });
  const clientId = values.get('client_id');
  if (clientId === undefined) return refuse({ reason: 'client_id_missing' });
  const found = await pushed.find(id);
  if (found === undefined) return refuse({ reason: 'pushed_request_unknown' });
  if (found.expiresAt <= now) return refuse({ reason: 'pushed_request_expired' });
  // RFC 9126 §2.2: the request_uri is bound to the client that pushed it.
  if (found.clientId !== clientId) return refuse({ reason: 'pushed_request_of_another_client' });
  return found.usedAt === undefined ? ok(found) : refuse({ reason: 'pushed_request_used' });
}
