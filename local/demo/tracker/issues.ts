/** One issue of the tracker. */
interface Issue {
  readonly number: number;
  readonly title: string;
  readonly by: string;
}

/** What an account has written down, while the run lasts. */
export interface Issues {
  readonly list: () => readonly Issue[];
  readonly add: (title: string, by: string) => Issue;
  /** False where there is none of that number. */
  readonly remove: (number: number) => boolean;
}

export function createIssues(): Issues {
  let issues: readonly Issue[] = [{ number: 1, title: 'The coffee machine beeps', by: 'bob' }];
  let next = 2;
  return {
    list: () => issues,
    add: (title, by) => {
      const issue = { number: next, title, by };
      next += 1;
      issues = [...issues, issue];
      return issue;
    },
    remove: (number) => {
      const others = issues.filter((issue) => issue.number !== number);
      const isKnown = others.length < issues.length;
      issues = others;
      return isKnown;
    },
  };
}
