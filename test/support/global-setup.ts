import { mkdirSync, rmSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** Every deployment a test runs appends the permissions it used; the gate after the run compares them. */
export const permissionLedger = resolve('node_modules/.cache/vestibule/permissions.jsonl');

export function setup(): void {
  mkdirSync(dirname(permissionLedger), { recursive: true });
  rmSync(permissionLedger, { force: true });
  process.env['VESTIBULE_PERMISSION_LEDGER'] = permissionLedger;
}
