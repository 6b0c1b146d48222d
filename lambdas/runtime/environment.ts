/** The exact variables of one function, `{ NAME: value }`, all present and not empty. */
export type Environment<Name extends string> = Readonly<Record<Name, string>>;

/**
 * Reads the variables a function declares. Throws at init, naming every missing one, so that a wrong deployment
 * fails before its first request.
 */
export function readEnvironment<const Name extends string>(names: readonly Name[]): Environment<Name> {
  const missing = names.filter((name) => (process.env[name] ?? '') === '');
  if (missing.length > 0) throw new Error(`missing environment: ${missing.join(', ')}`);
  return Object.fromEntries(names.map((name) => [name, process.env[name]])) as Record<Name, string>;
}

/** A variable that a function may have; for what the rim reads on behalf of every function. */
export function readOptionalVariable(name: string): string | undefined {
  const value = process.env[name] ?? '';
  return value === '' ? undefined : value;
}
