import { dueShards } from '../../../lambdas/ports/tasks.ts';
import { personBudget, refreshBudget } from '../refresh/budget.ts';
import { dollarsFor, prices } from './prices.ts';

/** What the template gives the refreshers, and what AWS gives everybody. */
const given = {
  /** Renewed so many seconds after the last time, on average: between six and eight tenths, half a minute early. */
  betweenRefreshes: (tokenMinutes: number) => tokenMinutes * 60 * 0.7 - 30,
  tasksInMessage: 20,
  messagesInCall: 10,
  messagesInInvocation: 4,
  mostMessagesASweep: 10_000,
  /** An assumption, as Lambda's time above: CPU of one refresh, on a whole processor. */
  cpuMilliseconds: 2.5,
  memoryMegabytes: 512,
  megabytesOfProcessor: 1_769,
  mostInstances: 20,
  pollers: 5,
  pollSeconds: 20,
  unitsOfPartition: 1_000,
  itemsOfPage: 1_000,
  /** Lambda's 26 bytes for each event among them. */
  logBytes: 450,
} as const;

const numbers = [1_000, 10_000, 100_000, 1_000_000];
const lives = [15, 60];

export interface TasksOnPaper {
  readonly tasks: number;
  readonly tokenMinutes: number;
  readonly refreshesASecond: number;
  /** Of each list of the index. */
  readonly writeUnitsOfListASecond: number;
  readonly queriesASweep: number;
  readonly messagesASweep: number;
  readonly instances: number;
}

/** What so many tasks of machines need, by arithmetic. */
export function tasksOnPaper(tasks: number, tokenMinutes: number): TasksOnPaper {
  const refreshesASecond = tasks / given.betweenRefreshes(tokenMinutes);
  const dueASweep = (tasks * 60) / given.betweenRefreshes(tokenMinutes);
  const indexUnits = refreshBudget.writeUnits - refreshBudget.updates;
  return {
    ...{ tasks, tokenMinutes, refreshesASecond },
    writeUnitsOfListASecond: (refreshesASecond * indexUnits) / dueShards,
    queriesASweep: dueShards * Math.max(1, Math.ceil(dueASweep / dueShards / given.itemsOfPage)),
    messagesASweep: Math.ceil(dueASweep / given.tasksInMessage),
    instances: Math.ceil((refreshesASecond * given.cpuMilliseconds) / share / 1_000),
  };
}

/** Of a processor, which an instance of that memory has. */
const share = given.memoryMegabytes / given.megabytesOfProcessor;

function dollarsOfMillion(): number {
  const seconds = given.cpuMilliseconds / share / 1_000;
  const tasksInInvocation = given.tasksInMessage * given.messagesInInvocation;
  const queueCalls = 1 / (given.tasksInMessage * given.messagesInCall) + 2 / tasksInInvocation;
  const million = 1e6;
  return (
    dollarsFor(prices.writeUnit, refreshBudget.writeUnits * million) +
    dollarsFor(prices.lambdaRequest, million / tasksInInvocation) +
    dollarsFor(prices.lambdaGigabyteSecond, (seconds * given.memoryMegabytes * million) / 1_024) +
    dollarsFor(prices.queueRequest, queueCalls * million) +
    dollarsFor(prices.logGigabyte, given.logBytes * million)
  );
}

/** In a month of thirty days. */
const emptyReceives = (given.pollers * 30 * 24 * 3_600) / given.pollSeconds;

export const paperHeader = [
  'Tasks',
  'Tokens live',
  'Refreshes a second',
  'Queries a sweep',
  'Messages a sweep',
  'Write units of a list, a second',
  'Instances',
];

export function paperRows(): readonly (readonly string[])[] {
  return lives.flatMap((minutes) =>
    numbers.map((tasks) => {
      const paper = tasksOnPaper(tasks, minutes);
      return [
        whole(tasks),
        `${minutes} min`,
        paper.refreshesASecond.toFixed(1),
        whole(paper.queriesASweep),
        whole(paper.messagesASweep),
        paper.writeUnitsOfListASecond.toFixed(1),
        whole(paper.instances),
      ];
    }),
  );
}

export function paperNotes(): string {
  const cents = (dollarsOfMillion() / 1e6) * (72 * 3_600) * 100;
  const each = cents / given.betweenRefreshes(15);
  return `A refresh of a machine's task is ${refreshBudget.updates} updates of one item, ${refreshBudget.writeUnits} write units with those of the index, and less than a tenth
of a call for queue and registry, which \`npm run bench -- --only refresh\` counts at 1,000, 10,000 and 100,000 tasks that are stored; what is larger
is arithmetic. A million refreshes cost about $${dollarsOfMillion().toFixed(2)}, and a task of three days under tokens of 15 minutes ${each.toFixed(2)} cents. By
itself a sweep is ${dueShards} queries, ${whole(dueShards * 60 * 24 * 30)} a month, whatever is due, and where people sign in as many for what is kept of them. Lambda asks the queue while it is empty, too, and
[each of these requests is paid for](https://aws.amazon.com/premiumsupport/knowledge-center/sqs-high-charges/): ${given.pollers} at a time, for ${given.pollSeconds} seconds each,
which is an assumption, are ${whole(emptyReceives)} a month, $${dollarsFor(prices.queueRequest, emptyReceives).toFixed(2)}.

A refresh of a person's task is one question to their identity provider, ${personBudget.updates} updates, ${personBudget.reads} reads at most, and one request to KMS
for the token that is kept of theirs: \`npm run bench -- --only refresh\` counts them. What is kept of people who have no task, and ends unless somebody asks with
it, costs no more each time: at half an hour some 70 times a day, at weeks or months once in those.

A token that goes into a secret is one signature and three requests to Secrets Manager ([$0.05 for 10,000](https://aws.amazon.com/secrets-manager/pricing/)),
every 10 minutes at the most: less than 8 cents a month for a task, beside the secret itself.

**Lists**: the index has ${dueShards}; each takes ${whole(given.unitsOfPartition)} write units a second. **Queue**: a sweep leaves at most ${whole(given.mostMessagesASweep)} messages
waiting, of ${given.tasksInMessage} tasks each; what is above that is sent a minute later, the most urgent first, and rides on its grace meanwhile.
**Instances**: ${given.cpuMilliseconds} ms of a processor for a refresh, of which ${given.memoryMegabytes} MB are ${share.toFixed(2)}; the template lets ${given.mostInstances} work at the same time.
**Identity providers**: each is asked 20 times a second at most (\`tasks.providerLimit\`), which is enough for ${whole(20 * given.betweenRefreshes(15))} tasks of people under tokens of 15 minutes,
and ${whole(20 * given.betweenRefreshes(60))} under those of 60; a task beyond that is put off, and goes on with what it holds until its grace is over.`;
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}
