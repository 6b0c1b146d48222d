import { resolve } from 'node:path';

/** Every deployment a test runs appends the permissions it used; the gate after the run compares them. */
export const permissionLedger = resolve('node_modules/.cache/vestibule/permissions.jsonl');
