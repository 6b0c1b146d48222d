import type { Transactions } from '../../ports/transactions.ts';
import { keyOf } from './keys.ts';
import { passingItems, type PassingOptions } from './passing-items.ts';
import { decodeTransaction, encodeTransaction, signedInAttribute } from './transaction-codec.ts';

/** Sign-ins on their way, in the grants table. */
export function dynamoTransactions(options: PassingOptions): Transactions {
  const { begin, find, mark, spend } = passingItems(options, keyOf.transaction);
  return {
    begin: (transaction) => begin(encodeTransaction(transaction)),
    find: async (id) => {
      const item = await find(id);
      return item && decodeTransaction(item);
    },
    hold: (id, { signedIn, at, attempt }) =>
      mark(id, { at, attempt, by: 'held_by', set: { held: signedInAttribute(signedIn) } }),
    spend,
  };
}
