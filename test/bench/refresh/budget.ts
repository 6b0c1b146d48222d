/** What a refresh of a machine's task is: one update that leases it, and one that settles it and moves it in the index. */
export const refreshBudget = { updates: 2, calls: 2.1, writeUnits: 4 } as const;

/**
 * Of a person's task, with the question about them: the task is leased and settled, and the tokens that are kept of their provider are
 * leased and put in the place of the last. Where nobody else asks at that moment, each instance reads what it knows of the registry anew.
 */
export const personBudget = { updates: 4, reads: 6, calls: 13 } as const;
