/** Of an exchanged token: where it comes from. */
export interface ExchangedFrom {
  /** In whose name it is. */
  readonly subject?: { readonly kind: string; readonly id: string };
  /** All who act for them, the first to act first. */
  readonly via?: readonly string[];
  /** The token that it was exchanged from. */
  readonly parentJti?: string;
}
