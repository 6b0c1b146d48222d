import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommandLine } from '../../../bin/cli/main.ts';
import { writeEndpointsFile } from '../../../local/endpoints-file.ts';
import type { TestDeployment } from '../../support/deployment.ts';

export interface CommandResult {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** `vestibule --local …` for a deployment; `input` is what is pasted, and `hear` hears what is said on the way. */
export async function vestibule(
  { run, operator }: Pick<TestDeployment, 'run' | 'operator'>,
  args: readonly string[],
  input = '',
  hear: (text: string) => void = () => undefined,
): Promise<CommandResult> {
  const directory = mkdtempSync(join(tmpdir(), 'vestibule-command-'));
  const { accessKeyId, secretAccessKey } = operator;
  writeEndpointsFile(join(directory, '.vestibule', 'endpoints.json'), {
    endpoints: { admin: `${run.issuer}/admin` },
    aws: { region: 'us-east-1', access_key_id: accessKeyId, secret_access_key: secretAccessKey },
  });
  const [out, err]: [string[], string[]] = [[], []];
  const code = await runCommandLine(['--local', ...args], {
    ...{ environment: {}, directory, input: () => Promise.resolve(input) },
    out: (text) => out.push(text),
    err: (text) => {
      err.push(text);
      hear(text);
    },
  });
  rmSync(directory, { recursive: true });
  return { code, out: out.join('\n'), err: err.join('\n') };
}
