/** The queues of a run. Only the run itself sends to them: no function of the template has one. */
export interface Queues {
  readonly add: (arn: string) => void;
  /** Throws when there is no such queue. */
  readonly send: (arn: string, body: string) => void;
  /** The bodies in each queue by its ARN, the oldest first. */
  readonly messages: () => ReadonlyMap<string, readonly string[]>;
}

export function createQueues(): Queues {
  const queues = new Map<string, string[]>();
  return {
    add: (arn) => {
      if (!queues.has(arn)) queues.set(arn, []);
    },
    send: (arn, body) => {
      const queue = queues.get(arn);
      if (queue === undefined) throw new Error(`there is no queue ${arn}`);
      queue.push(body);
    },
    messages: () => queues,
  };
}
