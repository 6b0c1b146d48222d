import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { Surprise, type Report } from './report.ts';

const run = promisify(execFile);

const commandLine = resolve(import.meta.dirname, '..', '..', '..', 'bin', 'cli.js');

/** Runs `vestibule --local …` as an operator would, and resolves with what it printed. */
export async function vestibule(report: Report, ...args: readonly string[]): Promise<string> {
  report.note(`$ npx vestibule --local ${args.map(quoted).join(' ')}`);
  try {
    return (await run(process.execPath, [commandLine, '--local', ...args])).stdout;
  } catch (error) {
    const { stderr = '' } = error as { stderr?: string };
    throw new Surprise(`vestibule ${args.slice(0, 2).join(' ')} failed: ${stderr.trim()}`);
  }
}

function quoted(argument: string): string {
  const shown = argument.length > 60 ? `${argument.slice(0, 59)}…` : argument;
  return /^[\w\-.:/=@]+$/.test(shown) ? shown : `'${shown}'`;
}
