import { existsSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export type Handler = (event: unknown, context: object) => unknown;

/**
 * Loads the export a `Handler` string names, from `.js`, `.mjs` or `.cjs`. As on Lambda, a `.js` file is CommonJS
 * unless the code directory itself has a package.json that says otherwise. Throws what Lambda reports.
 */
export async function loadHandler(taskRoot: string, handler: string): Promise<Handler> {
  const dot = handler.lastIndexOf('.');
  const [path, name] = [handler.slice(0, dot), handler.slice(dot + 1)];
  const file = ['.js', '.mjs', '.cjs']
    .map((extension) => join(taskRoot, `${path}${extension}`))
    .find((candidate) => existsSync(candidate));
  if (file === undefined) throw runtimeError('Runtime.ImportModuleError', `Cannot find module '${path}'`);
  ignorePackagesAround(taskRoot);
  const module = (await import(pathToFileURL(file).href)) as Readonly<Record<string, unknown>>;
  const exported =
    module[name] ?? (module['default'] as Readonly<Record<string, unknown>> | undefined)?.[name];
  if (typeof exported !== 'function') {
    throw runtimeError('Runtime.HandlerNotFound', `${handler} is undefined or not exported`);
  }
  return exported as Handler;
}

function ignorePackagesAround(taskRoot: string): void {
  const root = resolve(taskRoot);
  registerHooks({
    load: (url, context, nextLoad) => {
      const isPlainScript = url.startsWith('file:') && url.endsWith('.js');
      if (!isPlainScript || hasPackage(dirname(fileURLToPath(url)), root)) return nextLoad(url, context);
      return nextLoad(url, { ...context, format: 'commonjs' });
    },
  });
}

function hasPackage(directory: string, root: string): boolean {
  if (!directory.startsWith(root)) return true;
  return existsSync(join(directory, 'package.json')) || hasPackage(dirname(directory), root);
}

function runtimeError(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}
