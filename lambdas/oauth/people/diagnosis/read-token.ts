export type Members = Readonly<Record<string, unknown>>;

/** A token as it reads, verified by nobody. */
export interface ReadToken {
  readonly header: Members;
  readonly claims: Members;
}
