import type { Endpoints } from './endpoints.ts';
import type { Report } from './report.ts';
import type { Exchange, WireFetch } from './wire.ts';

/** What every step of the walk works with. */
export interface Walk {
  readonly endpoints: Endpoints;
  readonly report: Report;
  /** Shows each exchange to the reader and remembers it. */
  readonly fetch: WireFetch;
  /** The exchanges since the last call. */
  readonly takeExchanges: () => readonly Exchange[];
  /** Has something undone at the end, whatever happens until then. */
  readonly undoLater: (undo: () => Promise<unknown>) => void;
}

export interface WalkAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}
