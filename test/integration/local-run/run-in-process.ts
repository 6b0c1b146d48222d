import { startRun } from '../../../local/run.ts';

/** A run in a process of its own, for a test to kill: `node run-in-process.ts <assembly> <state>`. */
const [assemblyDirectory = '', stateDirectory = ''] = process.argv.slice(2);
const run = await startRun({ assemblyDirectory, port: 0, stateDirectory, log: () => undefined });
console.log(`ready ${run.issuer}`);
