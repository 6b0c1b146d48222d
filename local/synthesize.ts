import { spawn } from 'node:child_process';

export interface SynthesisOptions {
  /** The CDK app: a file this Node runs. */
  readonly app: string;
  readonly outputDirectory: string;
  /** Context of the app, as `cdk synth --context` gives it. */
  readonly context: Readonly<Record<string, unknown>>;
}

/** Runs a CDK app in a process of its own. Rejects with what the app printed when it fails. */
export async function synthesize({ app, outputDirectory, context }: SynthesisOptions): Promise<void> {
  const child = spawn(process.execPath, [app], {
    // Linting the template is `cdk synth`'s work; without it a local run is ready sooner.
    env: {
      ...process.env,
      CDK_VALIDATION: 'false',
      CDK_OUTDIR: outputDirectory,
      CDK_CONTEXT_JSON: JSON.stringify(context),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  const keep = (chunk: Buffer): void => {
    printed += chunk.toString();
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(printed.trim() || `${app} ended with code ${code ?? 'none'}`);
}
