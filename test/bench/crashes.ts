import { deployedCrashes } from '../contract/crashes/deployed.ts';
import { crashMatrix } from '../contract/crashes/matrix.ts';
import { requestCrashes } from '../contract/crashes/requests.ts';
import { startTables } from '../support/dynamodb.ts';
import type { Part } from './report.ts';

/** What comes of a task whatever strikes the worker that looks at it, call by call. */
export const crashes: Part = async (progress) => {
  const tables = await startTables();
  try {
    progress('every fault at every call of a worker, which logs what it met');
    const called = await crashMatrix(tables);
    progress('the functions of a deployment, each ended at every call');
    return [...called, ...(await deployedCrashes()), ...(await requestCrashes())].map(
      ({ flow, call, fault, outcome, isRight }) => ({
        section: `Crashes: ${flow}`,
        what: `${call}: ${fault}`,
        ...{ measured: outcome, budget: 'as without', held: isRight },
      }),
    );
  } finally {
    await tables.stop();
  }
};
