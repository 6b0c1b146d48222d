export type Invoked =
  /** What the function returned, whatever it was. */
  | { readonly kind: 'returned'; readonly result: unknown }
  /** The function threw, ran out of time or ended: `reason` is Lambda's word for it. */
  | { readonly kind: 'failed'; readonly reason: string };

/** The functions of somebody else's that stand behind protected routes. */
export interface TargetFunctions {
  /**
   * Invokes a function once and waits for its answer. It is never invoked a second time on our account: what it does
   * may not be repeatable. Throws `DependencyUnavailable` when Lambda is throttled, down or not permitted.
   */
  readonly invoke: (functionArn: string, event: object) => Promise<Invoked>;
}
