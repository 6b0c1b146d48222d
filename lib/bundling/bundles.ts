import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleFunctions } from './from-source.ts';

let bundled: string | undefined;

/** The folder with `index.js` of one function: bundled from this checkout, or as shipped in the package. */
export function bundleDirectory(functionName: string): string {
  const directory = join((bundled ??= allBundles()), functionName);
  if (!existsSync(join(directory, 'index.js'))) {
    throw new Error(
      `no bundle of '${functionName}': lambdas/functions/${functionName}/handler.ts is missing`,
    );
  }
  return directory;
}

function allBundles(): string {
  const runsFromSource = import.meta.filename.endsWith('.ts');
  if (!runsFromSource) return join(import.meta.dirname, '../../functions');
  const directory = mkdtempSync(join(tmpdir(), 'vestibule-bundles-'));
  process.once('exit', () => {
    rmSync(directory, { recursive: true, force: true });
  });
  bundleFunctions(join(import.meta.dirname, '../../lambdas/functions'), directory);
  return directory;
}
