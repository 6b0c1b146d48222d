import type { StoredTask, TaskFailure } from '../ports/tasks.ts';
import { after, type Instant, instant } from '../runtime/clock.ts';
import { backoffSeconds } from './due.ts';
import { deliver, type Delivery } from './deliver.ts';
import { dueWithDelivery } from './delivery-due.ts';
import type { Leased, RefreshPorts } from './ports.ts';
import { tell } from './tell.ts';
import { failedTold, refreshedTold } from './told.ts';
import { whose } from './whose.ts';

/** What delivering came to, as a settlement has it. */
export interface Delivered {
  readonly outcome: Pick<StoredTask, 'delivered'>;
  readonly failure: { readonly failure?: TaskFailure };
  /** The sooner of when the task is due, and when it is due for its next token to be delivered. */
  readonly due: (due: Instant, share: number) => Instant;
}

/**
 * Delivers the token of a leased task, as it is to be settled, where it is time to, and tells of it. A task goes on though it could not
 * be delivered: what was before stays current until it expires.
 */
export async function delivered(ports: RefreshPorts, leased: Leased, task: StoredTask): Promise<Delivered> {
  const delivery = await deliver(ports.delivery, { ...leased, task });
  switch (delivery.kind) {
    case 'failed':
      return failed(ports, { ...leased, task }, delivery);
    case 'delivered': {
      const fresh = { ...task, delivered: delivery.delivered };
      const isTold = await tell(ports, leased, [refreshedTold(fresh, leased.now, leased.task.confirmedAt)]);
      const { secretArn, jti } = delivery;
      const { version, expiresAt } = delivery.delivered;
      const known = { secretArn, version, jti, expiresAt };
      const { requestId } = leased;
      ports.audit({ event: 'task_token_delivered', requestId, ...whose(task), ...known });
      // What is not written down is found in the secret by the next run, and told then.
      if (!isTold)
        return { outcome: {}, failure: {}, due: (due, share) => soonAgain(due, leased.now, 1, share) };
      return {
        ...{ outcome: { delivered: delivery.delivered }, failure: {} },
        due: (due, share) => dueWithDelivery(due, fresh, share),
      };
    }
    case 'none':
    case 'later': {
      const free = delivery.kind === 'later' ? delivery.at : undefined;
      return {
        ...{ outcome: {}, failure: {} },
        due: (due, share) => dueWithDelivery(due, task, share, free),
      };
    }
  }
}

async function failed(
  ports: RefreshPorts,
  leased: Leased,
  { reason, secretArn }: Extract<Delivery, { readonly kind: 'failed' }>,
): Promise<Delivered> {
  const { task, now, requestId } = leased;
  const failure = { count: (task.failure?.count ?? 0) + 1, since: task.failure?.since ?? now, reason };
  if (failure.count === 1) await tell(ports, leased, [failedTold(task, { reason, interaction: false }, now)]);
  ports.audit({ event: 'task_delivery_failed', requestId, ...whose(task), secretArn, ...failure });
  return {
    ...{ outcome: {}, failure: { failure } },
    due: (due, share) => soonAgain(due, now, failure.count, share),
  };
}

function soonAgain(due: Instant, now: Instant, failures: number, share: number): Instant {
  return instant(Math.min(due, after(now, backoffSeconds(failures, share))));
}
