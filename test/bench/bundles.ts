import type { Metafile } from 'esbuild';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { bundleFunctions } from '../../lib/bundling/from-source.ts';
import type { Part, Row } from './report.ts';

const section = 'Bundles';
const tokenBudget = 450_000;
const listed = 6;

/** What discovery has no business with. */
const foreignToDiscovery =
  /@aws-sdk\/client-(kms|secrets-manager)|lambdas\/adapters\/(kms|secrets-manager|upstream)\//;

type Output = Metafile['outputs'][string];

/** The bundles as synthesis makes them: how large, and what is in them. */
export const bundles: Part = (progress) => {
  progress('bundling every function');
  const directory = mkdtempSync(join(tmpdir(), 'vestibule-bundles-'));
  try {
    const { outputs } = bundleFunctions(resolve('lambdas/functions'), directory);
    return Promise.resolve(
      Object.entries(outputs).map(([file, output]) => row(basename(dirname(file)), output)),
    );
  } finally {
    rmSync(directory, { recursive: true });
  }
};

function row(name: string, output: Output): Row {
  const bundle = {
    section,
    what: name,
    measured: `${(output.bytes / 1000).toFixed(0)} kB`,
    detail: `${contents(output).join(', ')} …`,
  };
  if (name === 'token') return { ...bundle, budget: '≤ 450 kB', held: output.bytes <= tokenBudget };
  if (name !== 'discovery') return bundle;
  const foreign = Object.keys(output.inputs).filter((input) => foreignToDiscovery.test(input));
  const budget = 'no KMS, Secrets Manager or egress code';
  return { ...bundle, budget, held: foreign.length === 0 };
}

/** The packages with the largest shares, in kB. */
function contents({ inputs }: Output): readonly string[] {
  const bytes = new Map<string, number>();
  for (const [input, { bytesInOutput }] of Object.entries(inputs)) {
    const owner = packageOf(input);
    bytes.set(owner, (bytes.get(owner) ?? 0) + bytesInOutput);
  }
  return [...bytes]
    .toSorted(([, one], [, other]) => other - one)
    .slice(0, listed)
    .map(([owner, size]) => `${owner} ${(size / 1000).toFixed(0)}`);
}

function packageOf(input: string): string {
  const [, inside] = /.*node_modules\/(.+)$/.exec(input) ?? [];
  if (inside === undefined) return 'vestibule';
  return inside
    .split('/')
    .slice(0, inside.startsWith('@') ? 2 : 1)
    .join('/');
}
