#!/usr/bin/env node
// The command line of Vestibule: its compiled form in an installed package, its sources in the repository.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const compiled = new URL('../dist/bin/cli/main.js', import.meta.url);
const sources = new URL('./cli/main.ts', import.meta.url);
const [major, minor] = process.versions.node.split('.').map(Number);
const runsTypeScript = major > 22 || (major === 22 && minor >= 18);

if (!existsSync(fileURLToPath(sources))) {
  await run(compiled);
} else if (runsTypeScript) {
  await run(sources);
} else {
  console.error(
    `vestibule: Node ${process.versions.node} does not run the sources of this repository, which takes 22.18 or later.\n` +
      'Run `npx vestibule …` here, for npm puts Node 24 first in its path after `npm ci`.',
  );
  process.exitCode = 1;
}

async function run(main) {
  const { runCommandLine } = await import(main.href);
  process.exitCode = await runCommandLine(process.argv.slice(2));
}
