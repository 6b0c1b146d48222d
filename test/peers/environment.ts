import { existsSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');
const install =
  'python3 -m venv node_modules/.cache/vestibule/peers && node_modules/.cache/vestibule/peers/bin/pip install -r test/peers/requirements.txt';

/** The path of a program in the peers' Python environment. Throws, naming the command that installs it. */
export function peerProgram(name: string): string {
  const path = join(root, 'node_modules/.cache/vestibule/peers/bin', name);
  if (!existsSync(path)) throw new Error(`the peer ${name} is not installed: run\n  ${install}`);
  return path;
}
