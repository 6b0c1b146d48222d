import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
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
  const root = join(import.meta.dirname, '../..');
  const runsFromSource = import.meta.filename.endsWith('.ts');
  return runsFromSource ? bundledFrom(root) : join(root, 'functions');
}

/** Named by content: processes that synthesize at the same time share a folder and never write into it. */
function bundledFrom(checkout: string): string {
  const cache = join(checkout, 'node_modules/.cache/vestibule/bundles');
  mkdirSync(cache, { recursive: true });
  const fresh = mkdtempSync(join(cache, 'new-'));
  bundleFunctions(join(checkout, 'lambdas/functions'), fresh);
  const directory = join(cache, contentHash(fresh));
  try {
    renameSync(fresh, directory);
  } catch (error) {
    rmSync(fresh, { recursive: true });
    if (!existsSync(directory)) throw error;
  }
  return directory;
}

function contentHash(directory: string): string {
  const hash = createHash('sha256');
  for (const name of readdirSync(directory).sort()) {
    hash.update(name).update(readFileSync(join(directory, name, 'index.js')));
  }
  return hash.digest('hex');
}
