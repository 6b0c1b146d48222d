import type { AdminClient } from './admin-client.ts';
import type { Kind } from './declaration.ts';
import type { Surroundings } from './io.ts';
import type { OptionName, Values } from './options.ts';

export interface Invocation {
  readonly kind: Kind;
  /** What follows the verb. */
  readonly operands: readonly string[];
  readonly values: Values;
  readonly admin: () => AdminClient;
  readonly surroundings: Surroundings;
}

/** What a command says: to people, and under `--json`. */
export interface Said {
  readonly text: string;
  readonly json: unknown;
  /** What was looked at is not in order: exit code 1. */
  readonly failed?: boolean;
}

export interface Command {
  readonly usage: (kind: Kind) => string;
  readonly summary: (kind: Kind) => string;
  readonly kinds: readonly Kind[];
  readonly options: (kind: Kind) => readonly OptionName[];
  readonly run: (invocation: Invocation) => Promise<Said>;
}
