import type { ConnectTransactions } from '../../ports/connect-transactions.ts';
import { decodeConnectTransaction, encodeConnectTransaction } from './connect-transaction-codec.ts';
import { keyOf } from './keys.ts';
import { passingItems, type PassingOptions } from './passing-items.ts';

/** Accounts that people are connecting, in the grants table. */
export function dynamoConnectTransactions(options: PassingOptions): ConnectTransactions {
  const { begin, find, spend } = passingItems(options, keyOf.connectTransaction);
  return {
    begin: (transaction) => begin(encodeConnectTransaction(transaction)),
    find: async (id) => {
      const item = await find(id);
      return item && decodeConnectTransaction(item);
    },
    spend,
  };
}
