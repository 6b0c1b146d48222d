import { mkdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { permissionLedger } from './permission-ledger.ts';

/** Called by vitest once before all files: starts the ledger of used permissions afresh. */
export function setup(): void {
  mkdirSync(dirname(permissionLedger), { recursive: true });
  rmSync(permissionLedger, { force: true });
  process.env['VESTIBULE_PERMISSION_LEDGER'] = permissionLedger;
}
