/**
 * The parameters of one request, read once: each at most once and never empty (RFC 6749 §3.1, §3.2). Only `resource`
 * may come several times, and every other name has one value by type.
 */
export interface Parameters {
  readonly values: ReadonlyMap<string, string>;
  /** RFC 8707 §2. */
  readonly resources: readonly string[];
}
