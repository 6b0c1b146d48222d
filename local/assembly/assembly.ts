import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseTemplate, type Template } from '../cloudformation/template.ts';

/** One synthesized stack, read from the directory `cdk synth` wrote. */
export interface Assembly {
  readonly stackName: string;
  readonly template: Template;
  /** The directory of a function's code, by the S3 key its `Code` names. Throws for a key without an asset. */
  readonly assetDirectory: (objectKey: string) => string;
}

interface Manifest {
  readonly artifacts: Readonly<
    Record<
      string,
      {
        readonly type: string;
        readonly properties?: { readonly templateFile?: string; readonly stackName?: string };
      }
    >
  >;
}

interface AssetManifest {
  readonly files: Readonly<
    Record<
      string,
      {
        readonly source: { readonly path: string };
        readonly destinations: Readonly<Record<string, { readonly objectKey: string }>>;
      }
    >
  >;
}

/** Reads the one stack of a cloud assembly. Throws when there is none, or more than one. */
export function readAssembly(directory: string): Assembly {
  const { artifacts } = readJson(join(directory, 'manifest.json')) as Manifest;
  const stacks = Object.entries(artifacts).filter(([, { type }]) => type === 'aws:cloudformation:stack');
  const [stack] = stacks;
  const templateFile = stack?.[1].properties?.templateFile;
  if (stack === undefined || templateFile === undefined || stacks.length > 1) {
    const names = stacks.map(([name]) => name).join(', ');
    throw new Error(`${directory} holds ${stacks.length} stacks (${names}); the local run needs exactly one`);
  }
  const assets = readAssets(directory, templateFile);
  return {
    stackName: stack[1].properties?.stackName ?? stack[0],
    template: parseTemplate(readFileSync(join(directory, templateFile), 'utf8')),
    assetDirectory: (objectKey) => {
      const path = assets.get(objectKey);
      if (path === undefined) throw new Error(`${directory} has no asset for the object key ${objectKey}`);
      return path;
    },
  };
}

function readAssets(directory: string, templateFile: string): ReadonlyMap<string, string> {
  const file = join(directory, templateFile.replace(/\.template\.json$/, '.assets.json'));
  if (!existsSync(file)) return new Map();
  const { files } = readJson(file) as AssetManifest;
  return new Map(
    Object.values(files).flatMap(({ source, destinations }) =>
      Object.values(destinations).map(
        ({ objectKey }) => [objectKey, resolve(directory, source.path)] as const,
      ),
    ),
  );
}

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8')) as unknown;
}
