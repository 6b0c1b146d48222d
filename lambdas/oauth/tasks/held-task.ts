import type { RegistryReader } from '../../ports/registry.ts';
import type { RestingTask, RestingTasks } from '../../ports/resting-tasks.ts';
import type { TaskTerms } from '../../ports/tasks.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import type { AuthenticatedClient } from '../client-authentication/authenticate-client.ts';
import { boundKey, type ProvenKey } from '../dpop/possession.ts';
import { boundCertificate, type Shown } from '../mutual-tls/bound-certificate.ts';
import type { GrantRefusal } from '../refusal.ts';
import { isHandleOf, readHandle } from './handle.ts';
import type { Owner } from './owner.ts';
import type { HandleFault } from './refusal.ts';

/** A task in the hands of whoever it belongs to. */
export interface HeldTask extends RestingTask {
  readonly owner: Owner;
  /** What the request has shown, and so what its token is bound to. */
  readonly key?: ProvenKey;
  readonly x5t?: string;
}

export interface HeldTaskPorts {
  readonly resting: RestingTasks;
  readonly registry: Pick<RegistryReader, 'view'>;
}

export interface PresentedHandle {
  readonly handle: string;
  /** That the URL names; absent where it names none. */
  readonly taskId?: string;
}

/** The task of a handle that its client presents, which has proved itself. Nothing here changes anything. */
export async function taskOfClient(
  ports: HeldTaskPorts,
  presented: PresentedHandle,
  client: AuthenticatedClient,
  shown: Shown,
): Promise<Result<HeldTask, GrantRefusal>> {
  const found = await taskOf(ports, presented);
  if (!found.ok) return found;
  // Bound to the client that opened it: whoever else has its handle has found or stolen it.
  if (found.value.task.terms.clientId !== client.client.id) return refused('other_client', found.value);
  return shownFor(found.value, client, shown);
}

/**
 * The same of a handle that stands in place of a token: what it is bound to is all that proves its client. One that is bound to nothing
 * is not enough.
 */
export async function taskOfHolder(
  ports: HeldTaskPorts,
  { scheme, ...presented }: PresentedHandle & { readonly scheme: 'bearer' | 'dpop' },
  shown: Shown,
): Promise<Result<HeldTask, GrantRefusal | { readonly reason: 'client_not_authenticated' }>> {
  const found = await taskOf(ports, presented);
  if (!found.ok) return found;
  const { clientId, jkt, x5t } = found.value.task.terms;
  const isBound = scheme === 'dpop' ? jkt !== undefined : x5t !== undefined;
  // RFC 9449 §7.2: one that is bound to a key is presented with a proof of that, and never without.
  if (!isBound) return refuse({ reason: 'client_not_authenticated' });
  return shownFor(found.value, await ports.registry.view({ clientId }), shown);
}

async function taskOf(
  { resting }: HeldTaskPorts,
  { handle: text, taskId }: PresentedHandle,
): Promise<Result<RestingTask, GrantRefusal>> {
  const handle = readHandle(text);
  const isNamed = taskId === undefined || taskId === handle?.taskId;
  const found = handle && isNamed ? await resting.read(handle.taskId) : undefined;
  return handle !== undefined && found !== undefined && isHandleOf(found.task, handle)
    ? ok(found)
    : refuse({ reason: 'task_handle_refused', why: 'unknown' });
}

/** RFC 9449 §5, RFC 8705 §4: what a handle is bound to has to be shown with each use of it, as with a refresh token. */
function shownFor(found: RestingTask, owner: Owner, shown: Shown): Result<HeldTask, GrantRefusal> {
  const { terms } = found.task;
  const { client = {} } = owner;
  const certificate = boundCertificate(client, shown, terms.x5t);
  if (!certificate.ok) {
    return certificate.refusal.reason === 'certificate_not_bound'
      ? refused('other_certificate', found)
      : certificate;
  }
  const key = boundKey(client, shown.possession, terms.jkt);
  if (!key.ok) return key.refusal.reason === 'dpop_key_not_bound' ? refused('other_key', found) : key;
  return ok({
    ...found,
    owner,
    ...(key.value && { key: key.value }),
    ...(certificate.value !== undefined && { x5t: certificate.value }),
  });
}

function refused(why: HandleFault, { task }: { readonly task: { readonly terms: TaskTerms } }) {
  return refuse({ reason: 'task_handle_refused', why, taskId: task.terms.id });
}
