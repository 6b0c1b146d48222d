import { mkdirSync, rmSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { permissionLedger } from './permission-ledger.ts';

/**
 * Called by vitest once before all files: starts the ledger of used permissions afresh, and has every process of the run
 * share what it compiles, which is a fifth of the processor time.
 */
export function setup(): void {
  mkdirSync(dirname(permissionLedger), { recursive: true });
  rmSync(permissionLedger, { force: true });
  process.env['VESTIBULE_PERMISSION_LEDGER'] = permissionLedger;
  process.env['NODE_COMPILE_CACHE'] ??= resolve('node_modules/.cache/compile');
}
