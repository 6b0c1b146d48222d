import { createHash } from 'node:crypto';
import {
  existsSync,
  globSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { VestibuleConfig } from '../../lib/index.ts';
import { synthesize } from '../../local/synthesize.ts';
import { synthesizedBy } from './synthesizer-process.ts';

const project = resolve(import.meta.dirname, '../..');
const cache = join(project, 'node_modules/.cache/vestibule/assemblies');
const assets = join(cache, 'assets');
const sources = [
  'lib/**/*.ts',
  'lambdas/**/*.ts',
  'package-lock.json',
  'test/support/{synthesize-*,synthesizer}.ts',
  'test/infrastructure/{sample-app,protected-apis}.ts',
  'test/infrastructure/customer-function/*',
];
const longestSynthesis = 60_000;

/** A CDK app of the tests: a deployment of a config, or the app of a customer. */
export type TestApp = { readonly config: VestibuleConfig } | 'sample-app' | 'protected-apis';

const files = {
  config: new URL('./synthesize-config.ts', import.meta.url),
  'sample-app': new URL('./synthesize-sample-app.ts', import.meta.url),
  'protected-apis': new URL('./synthesize-protected-apis.ts', import.meta.url),
};

/** The synthesized deployment of a config. All tests of one state of the sources share it. */
export function synthesizedAssembly(config: VestibuleConfig): Promise<string> {
  return assemblyOf({ config });
}

/** What `cdk synth` wrote of an app. All tests of one state of the sources share it. */
export async function assemblyOf(app: TestApp): Promise<string> {
  const directory = join(cache, contentHash(app));
  const claim = `${directory}.claim`;
  mkdirSync(cache, { recursive: true });
  while (!existsSync(directory)) {
    if (tryToClaim(claim)) {
      try {
        await synthesizeInto(directory, app);
      } finally {
        rmSync(claim, { recursive: true, force: true });
      }
    } else {
      await wait(50);
    }
  }
  return directory;
}

async function synthesizeInto(directory: string, app: TestApp): Promise<void> {
  const outputDirectory = `${directory}.${process.pid}`;
  const synthesizer = process.env['VESTIBULE_SYNTHESIZER'];
  // Its sources were those at the start of the run: in watch mode they change meanwhile.
  if (typeof app === 'object' && synthesizer !== undefined && basename(synthesizer) === sourcesHash()) {
    await synthesizedBy(synthesizer, { config: app.config, outputDirectory });
  } else {
    await synthesize({
      app: fileURLToPath(typeof app === 'string' ? files[app] : files.config),
      outputDirectory,
      context: { 'vestibule:local': true, ...(typeof app === 'object' && { 'test:config': app.config }) },
    });
  }
  shareAssets(outputDirectory);
  renameSync(outputDirectory, directory);
}

/**
 * Deployments of different configs have most of their functions' code in common, and a compiled bundle is found again
 * by its path.
 */
function shareAssets(assembly: string): void {
  mkdirSync(assets, { recursive: true });
  for (const name of readdirSync(assembly).filter((each) => each.startsWith('asset.'))) {
    const [own, shared] = [join(assembly, name), join(assets, name)];
    try {
      renameSync(own, shared);
    } catch (error) {
      // The name tells the content: another assembly, or one that is written at this moment, had it first.
      if (!existsSync(shared)) throw error;
      rmSync(own, { recursive: true });
    }
    symlinkSync(join('..', basename(assets), name), own);
  }
}

/** One process synthesizes and the others wait; a claim whose holder died is broken. */
function tryToClaim(claim: string): boolean {
  try {
    mkdirSync(claim);
    return true;
  } catch {
    const age = existsSync(claim) ? Date.now() - statSync(claim).mtimeMs : 0;
    if (age > longestSynthesis) rmSync(claim, { recursive: true, force: true });
    return false;
  }
}

function contentHash(app: TestApp): string {
  return createHash('sha256').update(sourcesHash()).update(JSON.stringify(app)).digest('hex').slice(0, 20);
}

/** Names the state of everything that a template depends on beside the config. */
export function sourcesHash(): string {
  const hash = createHash('sha256');
  for (const file of globSync(sources, { cwd: project }).toSorted()) {
    hash.update(file).update(readFileSync(join(project, file)));
  }
  return hash.digest('hex').slice(0, 20);
}
