import { text } from 'node:stream/consumers';

/** Where a command writes and what surrounds it. */
export interface Surroundings {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** All of standard input. */
  readonly input: () => Promise<string>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Absolute; `.vestibule/endpoints.json` and named files are looked for here. */
  readonly directory: string;
}

export const processSurroundings: Surroundings = {
  out: (line) => process.stdout.write(`${line}\n`),
  err: (line) => process.stderr.write(`${line}\n`),
  input: () => text(process.stdin),
  environment: process.env,
  directory: process.cwd(),
};
