import type { ConnectionSeals, KeptSecret } from '../ports/connections.ts';

/** Seals what is new in one place, and opens and forgets what is in either: where tokens are kept may have been changed. */
export function eitherSeals(
  seals: Readonly<Record<KeptSecret['in'], ConnectionSeals>>,
  keptIn: KeptSecret['in'],
): ConnectionSeals {
  return {
    prepare: (binding) => seals[keptIn].prepare(binding),
    open: (binding, part, kept) => seals[kept.in].open(binding, part, kept),
    forget: async (binding) => {
      await Promise.all([seals.item.forget(binding), seals.secret.forget(binding)]);
    },
  };
}
