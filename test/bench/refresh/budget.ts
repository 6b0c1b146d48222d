/** What a refresh of a machine's task is: one update that leases it, and one that settles it and moves it in the index. */
export const refreshBudget = { updates: 2, calls: 2.1, writeUnits: 4 } as const;
