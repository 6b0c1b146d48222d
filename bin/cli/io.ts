import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';

/** Where a command writes and what surrounds it. */
export interface Surroundings {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** All of standard input. */
  readonly input: () => Promise<string>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Absolute; `.vestibule/endpoints.json` and named files are looked for here. */
  readonly directory: string;
  /** Absent where nobody watches: a pipe, a file. */
  readonly terminal?: Terminal;
}

/** A screen that somebody looks at. */
export interface Terminal {
  /** In place of what it showed before; what does not fit is left out. */
  readonly show: (text: string) => void;
  /** Whether to go on then. */
  readonly pause: (seconds: number) => Promise<boolean>;
}

export const processSurroundings: Surroundings = {
  out: (line) => process.stdout.write(`${line}\n`),
  err: (line) => process.stderr.write(`${line}\n`),
  input: () => text(process.stdin),
  environment: process.env,
  directory: process.cwd(),
  ...(process.stdout.isTTY && { terminal: processTerminal() }),
};

function processTerminal(): Terminal {
  const { stdout } = process;
  return {
    show: (shown) => {
      const lines = shown.split('\n').slice(0, stdout.rows - 1);
      // Home, each line with what was behind it erased, then all below: no flicker, and nothing scrolls.
      const drawn = lines.map((line) => `${line.slice(0, stdout.columns)}\u001b[K\n`).join('');
      stdout.write(`\u001b[H${drawn}\u001b[J`);
    },
    // Ctrl-C ends the process, and leaves what was shown last.
    pause: (seconds) => setTimeout(seconds * 1_000, true),
  };
}
