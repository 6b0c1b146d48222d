import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const schemas = 'schemas/schemas_0.js';

/** An SDK client, and of its errors those that any of our code tells by their class. */
export interface ShakeableClient {
  readonly name: `@aws-sdk/client-${string}`;
  readonly errors: readonly string[];
}

/**
 * A copy of an SDK client of which esbuild can leave out what nobody asks for; resolves with its entry. As published, each
 * schema has computed keys (`{ [_e]: 400 }`), which might run code, and each error is registered: of Lambda, the schemas of all 80
 * operations would be in each function that invokes another. An error that is not registered has the class that all of its
 * service have, and its own name.
 */
export function shakeableClient({ name, errors }: ShakeableClient): string {
  // Its package hands out no other file of it: the CommonJS entry is in `dist-cjs`.
  const source = dirname(dirname(fileURLToPath(import.meta.resolve(name))));
  const { version } = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8')) as { version: string };
  // Below node_modules, so that what it imports is found.
  const cache = join(nodeModulesOf(source), '.cache/vestibule/sdk');
  const directory = join(cache, [name.replace('/', '+'), version, ...errors].join('-'));
  if (!existsSync(directory)) copyTo(directory, source, errors);
  return join(directory, 'dist-es/index.js');
}

/** Two processes that make it at the same time make the same. */
function copyTo(directory: string, source: string, errors: readonly string[]): void {
  mkdirSync(dirname(directory), { recursive: true });
  const fresh = mkdtempSync(join(dirname(directory), 'new-'));
  cpSync(join(source, 'dist-es'), join(fresh, 'dist-es'), { recursive: true });
  const path = join(fresh, 'dist-es', schemas);
  writeFileSync(path, withErrors(errors, withPlainKeys(readFileSync(path, 'utf8'))));
  writeFileSync(join(fresh, 'package.json'), '{"type":"module","sideEffects":false}\n');
  try {
    renameSync(fresh, directory);
  } catch (error) {
    rmSync(fresh, { recursive: true });
    if (!existsSync(directory)) throw error;
  }
}

/** Writes the text of a constant in place of its name, where it is a key. A key of any other form stays as it is. */
function withPlainKeys(source: string): string {
  const texts = new Map(
    [...source.matchAll(/^const (_\w+) = ("[^"\\\n]*");$/gm)].map(([, name, text]) => [name, text]),
  );
  return source.replaceAll(/\[(_\w+)\]:/g, (key, name: string) => {
    const text = texts.get(name);
    return text === undefined ? key : `${text}:`;
  });
}

function withErrors(errors: readonly string[], source: string): string {
  return source.replaceAll(/^n0_registry\.registerError\((\w+)\$, \w+\);$/gm, (registered, name: string) =>
    errors.includes(name) ? registered : '',
  );
}

function nodeModulesOf(path: string): string {
  return path.slice(0, path.lastIndexOf('node_modules') + 'node_modules'.length);
}
