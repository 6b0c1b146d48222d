import type { TestDeployment } from '../../support/deployment.ts';
import { callsOf, type Count, type SigningMode } from './counted.ts';

/** Counts at a running deployment, whose keys sign in this way. */
export function counterOf({ run, log }: TestDeployment, signing: SigningMode): Count {
  const ofFunction = (label: string, logged: readonly string[]) => {
    const prefix = `[${label}] `;
    const written = logged.filter((line) => line.startsWith(prefix));
    const resource = run.resources.find(
      ({ properties, logicalId }) =>
        properties['MemorySize'] !== undefined && logicalId.startsWith(`Vestibule${label}Function`),
    );
    return {
      logBytes: billedLogBytes(written.map((line) => line.slice(prefix.length))),
      memoryMegabytes: Number(resource?.properties['MemorySize']),
    };
  };
  return async ({ name, state, function: label, bySigning, behind }, request) => {
    run.cloud.ledger.reset();
    const [lines, answered] = [log.length, behind?.answered() ?? 0];
    const { status, text } = await request();
    if (status !== 200) throw new Error(`${name}: ${status} ${text}`);
    const [calls, logged] = [run.cloud.ledger.calls(), log.slice(lines)];
    return {
      ...{ name, state, ...callsOf(calls), ...ofFunction(label, logged) },
      ...(bySigning && { signing }),
      ...(behind && {
        behind: {
          calls: callsOf(calls.filter(({ principal }) => principal.includes(behind.function))).calls,
          answered: behind.answered() - answered,
          ...ofFunction(behind.function, logged),
        },
      }),
    };
  };
}

/** CloudWatch Logs counts 26 bytes more for each event. Rounded up to 50: ids and addresses differ in length. */
export function billedLogBytes(lines: readonly string[]): number {
  return Math.ceil(lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 26, 0) / 50) * 50;
}
