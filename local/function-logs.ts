import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Where functions write: each line goes to `log` behind the function's name and, given a directory, to the function's
 * own file there.
 */
export function createFunctionLogs(
  directory: string | undefined,
  log: (line: string) => void,
): (label: string) => (line: string) => void {
  if (directory !== undefined) mkdirSync(directory, { recursive: true });
  return (label) => (line) => {
    log(`[${label}] ${line}`);
    if (directory !== undefined) appendFileSync(join(directory, `${label}.log`), `${line}\n`);
  };
}
