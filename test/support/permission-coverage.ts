import { existsSync, readFileSync } from 'node:fs';
import { readAssembly } from '../../local/assembly/assembly.ts';
import { grantedActions, type RoleAction } from '../../local/cloudformation/granted-actions.ts';
import { config } from '../../vestibule.config.ts';
import { synthesizedAssembly } from './assembly-cache.ts';
import { permissionLedger } from './permission-ledger.ts';

// Run after the tests: a permission that no test needed is one that nobody would miss, so it must leave the template.
const deployments = [config, { ...config, signing: 'envelope' } as const];
const used = new Set(usedActions().map(pair));
const grants = await Promise.all(deployments.map(async (each) => grantsOf(await synthesizedAssembly(each))));
const granted = [...new Map(grants.flat().map((permission) => [pair(permission), permission])).values()];
const unused = granted.filter((permission) => !used.has(pair(permission)));

for (const { role, action } of unused) console.error(`no test needed ${action} of ${role}`);
console.log(
  `${granted.length - unused.length} of ${granted.length} granted permissions were needed by a test`,
);
if (unused.length > 0) process.exitCode = 1;

function grantsOf(assembly: string): readonly RoleAction[] {
  const { template } = readAssembly(assembly);
  return grantedActions(template).filter(({ action }) => !/^(logs|xray):/.test(action));
}

function usedActions(): readonly RoleAction[] {
  if (!existsSync(permissionLedger)) throw new Error(`no test has run: ${permissionLedger} is missing`);
  const lines = readFileSync(permissionLedger, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as RoleAction);
}

function pair({ role, action }: RoleAction): string {
  return `${role} ${action}`;
}
