import { randomBytes } from 'node:crypto';
import { atWork } from './at-work.ts';
import { startChromium } from './chromium.ts';
import { doctor } from './doctor.ts';
import { personEnds } from './person-ends.ts';
import { personRefresh } from './person-refresh.ts';
import { personRoles } from './person-roles.ts';
import { personSignsIn } from './person-signs-in.ts';
import { personSignsOut } from './person-signs-out.ts';
import type { Walk } from './walk-context.ts';

/** Two people of the demo company, each with a browser and an MCP client that nobody registered. */
export async function people(walk: Walk): Promise<void> {
  await doctor(walk);
  const chromium = await startChromium();
  try {
    // Clients of earlier walks may still be on her page.
    const name = `Notebook ${randomBytes(2).toString('hex')}`;
    const alice = await atWork(walk, chromium, { user: 'alice', name, by: 'document' });
    const bob = await atWork(walk, chromium, { user: 'bob', name: 'Scratchpad', by: 'registration' });
    try {
      await personSignsIn(walk, alice);
      await personRoles(walk, alice, bob);
      await personRefresh(walk, alice);
      await personSignsOut(walk, alice);
      await personEnds(walk, alice, bob);
    } finally {
      await Promise.all([alice.leave(), bob.leave()]);
    }
  } finally {
    await chromium.close();
  }
}
