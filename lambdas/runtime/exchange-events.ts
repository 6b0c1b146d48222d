import type { Via } from './via.ts';

/** Of an exchanged token: where it comes from. */
export interface ExchangedFrom extends Via {
  /** In whose name it is. */
  readonly subject?: { readonly kind: string; readonly id: string };
}
