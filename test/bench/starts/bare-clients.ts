import { buildSync, type Metafile } from 'esbuild';
import { join, resolve } from 'node:path';
import { functionBundling } from '../../../lib/bundling/from-source.ts';

type Inputs = Metafile['outputs'][string]['inputs'];

/** The SDK clients and commands that are in a bundle. */
export interface SdkUse {
  /** What they are called together: `client-dynamodb + client-kms`. */
  readonly name: string;
  readonly imports: readonly string[];
}

/** Which SDK clients a function needs, with which commands: as far as its bundle holds them. */
export function sdkUseOf(inputs: Inputs): SdkUse {
  const clients = new Map<string, string[]>();
  for (const [input, { bytesInOutput }] of Object.entries(inputs)) {
    const [, client = '', file = ''] =
      /@aws-sdk\/(client-[a-z-]+)\/dist-es\/(?:commands\/)?(\w+(?:Client|Command))\.js$/.exec(input) ?? [];
    if (client !== '' && bytesInOutput > 0) clients.set(client, [...(clients.get(client) ?? []), file]);
  }
  const names = [...clients.keys()].sort();
  return {
    name: names.join(' + '),
    imports: names.map(
      (name) => `import { ${clients.get(name)?.sort().join(', ') ?? ''} } from '@aws-sdk/${name}';`,
    ),
  };
}

/** Bundles the clients alone, made and kept; `trimmed` as in our bundles, or with the SDK's whole credential chain. */
export function bundleBareClients({ name, imports }: SdkUse, trimmed: boolean, directory: string): string {
  const outfile = join(directory, `${name.replaceAll(' + ', '-')}-${trimmed ? 'trimmed' : 'whole'}.js`);
  const names = imports.flatMap((line) => /\{ (.+) \}/.exec(line)?.[1]?.split(', ') ?? []);
  const made = names.map((each) => (each.endsWith('Client') ? `new ${each}({})` : each));
  const { alias, ...untrimmed } = functionBundling();
  buildSync({
    ...untrimmed,
    ...(trimmed && { alias }),
    stdin: {
      contents: `${imports.join('\n')}\nexport const kept = [${made.join(', ')}];`,
      resolveDir: resolve('.'),
    },
    outfile,
  });
  return outfile;
}
