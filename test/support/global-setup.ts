import { mkdirSync, rmSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { sourcesHash } from './assembly-cache.ts';
import { permissionLedger } from './permission-ledger.ts';
import { keepTemporaryFilesTogether } from './run-directory.ts';
import { startSynthesizer } from './synthesizer-process.ts';

/**
 * Called by vitest once before all files: starts the ledger of used permissions afresh, and has every process of the run
 * share what it compiles (a fifth of the processor time), one place for temporary files and one process that
 * synthesizes. Gives what ends it.
 */
export async function setup(): Promise<() => void> {
  const removeTemporaryFiles = keepTemporaryFilesTogether();
  mkdirSync(dirname(permissionLedger), { recursive: true });
  rmSync(permissionLedger, { force: true });
  process.env['VESTIBULE_PERMISSION_LEDGER'] = permissionLedger;
  process.env['NODE_COMPILE_CACHE'] ??= resolve('node_modules/.cache/compile');
  const { socket, stop } = await startSynthesizer(sourcesHash());
  process.env['VESTIBULE_SYNTHESIZER'] = socket;
  return () => {
    stop();
    removeTemporaryFiles();
  };
}
