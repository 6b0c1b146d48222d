/**
 * The parameters of one request, read once: each at most once and never empty (RFC 6749 §3.2). Only `resource` may
 * come several times, and by type every other name has one value.
 */
export interface Parameters {
  readonly values: ReadonlyMap<string, string>;
  /** RFC 8707 §2. */
  readonly resources: readonly string[];
}

/** The same of a request whose sender is told of a repetition elsewhere than in the answer. */
export interface RepeatableParameters extends Parameters {
  /** The names that came more than once; `values` has the first that is not empty. */
  readonly repeated: ReadonlySet<string>;
}

/** The parameters of these names alone: what nobody declared, nobody can read. */
export function only(parameters: Parameters, names: ReadonlySet<string>): Parameters {
  return {
    values: new Map([...parameters.values].filter(([name]) => names.has(name))),
    resources: names.has('resource') ? parameters.resources : [],
  };
}
