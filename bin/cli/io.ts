/** Where a command writes and what surrounds it. */
export interface Surroundings {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Absolute; `.vestibule/endpoints.json` and named files are looked for here. */
  readonly directory: string;
}

export const processSurroundings: Surroundings = {
  out: (text) => process.stdout.write(`${text}\n`),
  err: (text) => process.stderr.write(`${text}\n`),
  environment: process.env,
  directory: process.cwd(),
};
