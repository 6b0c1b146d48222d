import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { bundleFunctions } from '../bundling/from-source.ts';

/** What the package ships in dist/: the construct, the resource server, the CLI, and every function bundled. */
const root = join(import.meta.dirname, '../..');
const dist = join(root, 'dist');
const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');

rmSync(dist, { recursive: true, force: true });
execFileSync(process.execPath, [tsc, '-p', join(root, 'tsconfig.build.json')], { stdio: 'inherit' });
bundleFunctions(join(root, 'lambdas/functions'), join(dist, 'functions'));
