/**
 * A dependency (an AWS service, a document's host) was throttled, down or too slow. Adapters throw it; the rim
 * answers 503 `temporarily_unavailable` with Retry-After. Its message names the dependency and never a payload.
 */
export class DependencyUnavailable extends Error {
  override readonly name = 'DependencyUnavailable';
  readonly dependency: string;
  readonly retryAfterSeconds: number;

  constructor(dependency: string, options: { readonly cause: unknown; readonly retryAfterSeconds?: number }) {
    super(`${dependency} is unavailable`, { cause: options.cause });
    this.dependency = dependency;
    this.retryAfterSeconds = options.retryAfterSeconds ?? 1;
  }
}
