import type { TestDeployment } from '../../support/deployment.ts';

/** One operation of AWS as one role asked for it, written as the faults have it, and how often it did. */
export interface StruckCall {
  readonly target: string;
  readonly times: number;
}

/** What the functions whose role names contain one of `roles` call while the work is done. */
export async function callsDuring(
  { run }: Pick<TestDeployment, 'run'>,
  roles: readonly string[],
  work: () => Promise<unknown>,
): Promise<readonly StruckCall[]> {
  run.cloud.ledger.reset();
  await work();
  const times = new Map<string, number>();
  for (const { principal, action } of run.cloud.ledger.calls()) {
    const role = roles.find((name) => principal.includes(name));
    if (role === undefined) continue;
    const target = `${action}~${role}`;
    times.set(target, (times.get(target) ?? 0) + 1);
  }
  return [...times].map(([target, counted]) => ({ target, times: counted }));
}

/**
 * The call is down from each of its turns on, loses replies, and where it reads a batch is throttled, or answers a part of
 * it.
 */
export function faultsAt({ target, times }: StruckCall): readonly string[] {
  const turns = Array.from({ length: times }, (_, index) => `down@${index + 1}-`);
  const throttled = target.startsWith('dynamodb:BatchGetItem')
    ? ['throttle@*', 'partial@1', 'partial@*']
    : [];
  return [...turns, 'timeout@1', 'timeout@1-3', ...throttled].map((kind) => `${target}=${kind}`);
}
