import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { Surprise, type Report } from './report.ts';

const run = promisify(execFile);

const commandLine = resolve(import.meta.dirname, '..', '..', '..', 'bin', 'cli.js');

/** Runs `vestibule --local …` as an operator would, and resolves with what it printed. */
export async function vestibule(report: Report, ...args: readonly string[]): Promise<string> {
  const { code, out, err } = await answerOf(report, ...args);
  if (code !== 0) throw new Surprise(`vestibule ${args.slice(0, 2).join(' ')} failed: ${err.trim()}`);
  return out;
}

/** The same, where the exit code is part of the answer. */
export async function answerOf(
  report: Report,
  ...args: readonly string[]
): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  report.note(`$ npx vestibule --local ${args.map(quoted).join(' ')}`);
  try {
    const { stdout, stderr } = await run(process.execPath, [commandLine, '--local', ...args]);
    return { code: 0, out: stdout, err: stderr };
  } catch (error) {
    const {
      code,
      stdout = '',
      stderr = '',
    } = error as Partial<Record<'stdout' | 'stderr', string>> & {
      readonly code?: unknown;
    };
    return { code: typeof code === 'number' ? code : 1, out: stdout, err: stderr };
  }
}

function quoted(argument: string): string {
  const shown = argument.length > 60 ? `${argument.slice(0, 59)}…` : argument;
  return /^[\w\-.:/=@]+$/.test(shown) ? shown : `'${shown}'`;
}
