/** The command line was not understood: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** What was asked cannot be done, said in one sentence: exit code 1. */
export class Refused extends Error {
  override readonly name = 'Refused';
}
