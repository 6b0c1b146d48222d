import type { Keeping } from '../../spec/support/keeping.ts';
import { callsDuring, type StruckCall } from '../../spec/support/struck-calls.ts';
import { minute } from '../../spec/support/tasking.ts';
import type { Cell } from './matrix.ts';

type KeptCell = Omit<Cell, 'call' | 'fault'> & { readonly fault: string };

const workers = ['Refresher', 'Downstream'];

/** Calls of Lambda in the name of the function, while it does not run. */
const notItsOwn = ['sqs:ReceiveMessage', 'sqs:DeleteMessageBatch'];

const graces = [
  ['with a grace', true],
  ['without a grace', false],
] as const;

/** Ends the function that renews what is kept of a person, and the one that it asks, at each call that it makes of AWS. */
export async function keptCrashes(office: Keeping): Promise<readonly KeptCell[]> {
  const calls = await callsOf(office);
  const cells: KeptCell[] = [];
  for (const [name, hasGrace] of graces) {
    for (const { target, times } of calls) {
      for (const fault of faultsOf(target, times)) {
        const outcome = await outcomeOf(office, { fault, hasGrace });
        const isRight = outcome === 'goes on' || (!hasGrace && outcome === 'the person signs in again');
        cells.push({ flow: `what is kept of a person is renewed ${name}`, fault, outcome, isRight });
      }
    }
  }
  return cells;
}

/** Gone after each of its calls; and a table that takes nothing from each write on, with what the provider has answered lost. */
function faultsOf(target: string, times: number): readonly string[] {
  const turns = Array.from({ length: times }, (_, index) => index + 1);
  const isWrite = target === 'dynamodb:UpdateItem~Downstream';
  return turns.flatMap((turn) => [
    `${target}=crash@${turn}`,
    ...(isWrite ? [`${target}=down@${turn}-`] : []),
  ]);
}

/** The second time nothing is new to any instance. */
async function callsOf(office: Keeping): Promise<readonly StruckCall[]> {
  const token = await office.letIn();
  const grantId = office.grantOf(token);
  await untilDue(office, grantId);
  await office.pass(minute);
  const all = await callsDuring(office.company, workers, async () => {
    await untilDue(office, grantId);
    await office.pass(minute);
  });
  await office.revoke(token);
  return all.filter(({ target }) => !notItsOwn.some((action) => target.startsWith(action)));
}

async function untilDue(office: Keeping, grantId: string): Promise<void> {
  const dueAt = await office.dueAt(grantId);
  if (dueAt === undefined) throw new Error('nothing is due');
  office.company.run.clock.advance(dueAt - office.seconds());
}

async function outcomeOf(
  office: Keeping,
  { fault, hasGrace }: { readonly fault: string; readonly hasGrace: boolean },
): Promise<string> {
  office.forgets(hasGrace ? { takesSpent: true } : {});
  const token = await office.letIn();
  const grantId = office.grantOf(token);
  await untilDue(office, grantId);
  const { faults } = office.company.run.cloud;
  faults.add(fault);
  await office.pass(minute);
  faults.clear();
  // A lease is over then, and a message comes again, or another is sent.
  for (let minutes = 0; minutes < 7; minutes += 1) await office.pass(minute);
  await office.minutes(30);
  const { status, text, body } = await office.refreshAs(token);
  await office.revoke(status === 200 ? String(body['refresh_token']) : token);
  if (status === 200) return 'goes on';
  return text.includes('sign in again at /account') ? 'the person signs in again' : `${status} ${text}`;
}
