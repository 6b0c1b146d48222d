import type * as Esbuild from 'esbuild';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ShakeableClient, shakeableClient } from './shakeable-sdk.ts';

/** How a function becomes one file. CommonJS: it starts faster than ESM on Node 24. */
const bundling = {
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'cjs',
  mainFields: ['module', 'main'],
  alias: {
    '@aws-sdk/credential-provider-node': fileURLToPath(import.meta.resolve('./function-credentials.ts')),
    '@aws-sdk/middleware-endpoint-discovery': fileURLToPath(
      import.meta.resolve('./no-endpoint-discovery.ts'),
    ),
    '@smithy/core/event-streams': fileURLToPath(import.meta.resolve('./no-event-streams.ts')),
  },
  // Each client of the SDK brings its whole package.json, for the version in its User-Agent: two kilobytes a client.
  loader: { '.json': 'empty' },
  minify: true,
  legalComments: 'none',
  logLevel: 'error',
} satisfies Esbuild.BuildOptions;

/** Clients of which we use few operations of many. */
export const shakeable: readonly ShakeableClient[] = [
  { name: '@aws-sdk/client-lambda', errors: [] },
  { name: '@aws-sdk/client-kms', errors: ['KMSInvalidStateException', 'NotFoundException'] },
  {
    name: '@aws-sdk/client-dynamodb',
    errors: ['ConditionalCheckFailedException', 'TransactionCanceledException'],
  },
  { name: '@aws-sdk/client-sqs', errors: [] },
  { name: '@aws-sdk/client-eventbridge', errors: [] },
];

/** The same with what has to be made first: in a checkout, where the packages of the SDK are. */
export function functionBundling(): typeof bundling {
  const copies = shakeable.map((client) => [client.name, shakeableClient(client)] as const);
  return { ...bundling, alias: { ...bundling.alias, ...Object.fromEntries<string>(copies) } };
}

/**
 * Bundles every lambdas/functions/<name>/handler.ts into <outputDirectory>/<name>/index.js in one call. The AWS SDK
 * is inside, so that a deployment never changes under us. Tells what became of which source.
 */
export function bundleFunctions(sourceDirectory: string, outputDirectory: string): Esbuild.Metafile {
  const names = readdirSync(sourceDirectory).filter((name) =>
    existsSync(join(sourceDirectory, name, 'handler.ts')),
  );
  // The package is a development dependency: only a checkout bundles, an installed package ships its bundles.
  const { buildSync } = createRequire(import.meta.url)('esbuild') as typeof Esbuild;
  const { metafile } = buildSync({
    ...functionBundling(),
    entryPoints: Object.fromEntries(
      names.map((name) => [`${name}/index`, join(sourceDirectory, name, 'handler.ts')]),
    ),
    outdir: outputDirectory,
    metafile: true,
  });
  for (const name of names) {
    writeFileSync(join(outputDirectory, name, 'package.json'), '{"type":"commonjs"}\n');
  }
  return metafile;
}
