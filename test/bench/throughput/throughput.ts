import { fork } from 'node:child_process';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SigningAlgorithm } from '../../../lambdas/ports/signing.ts';
import type { Part } from '../report.ts';
import { type Contestant, startContestant } from './contestant.ts';
import { type Deployed, deploy } from '../deployed.ts';
import type { SubjectName, SubjectSettings, Volley, VolleyResult } from './message.ts';
import { pinTo } from './pin.ts';
import { talkTo } from './talk-to.ts';
import { type Entry, throughputRows } from './rows.ts';

const [serverProcessor, loadProcessor] = [0, 1];
const connections = 16;
const warmUpMilliseconds = 1_500;
const roundMilliseconds = 1_000;
const rounds = 5;

type Fire = (volley: Volley) => Promise<VolleyResult>;

interface Entrant extends Entry {
  readonly contestant: Contestant;
  readonly volley: Omit<Volley, 'milliseconds'>;
}

/**
 * Tokens a second of the deployed token handler, of two other servers and of the floor: one server after the other gets
 * the same load on the same processor, round after round, so that whatever else the machine does strikes all.
 */
export const throughput: Part = async (progress) => {
  const directory = mkdtempSync(join(tmpdir(), 'vestibule-bench-'));
  const log = openSync(join(directory, 'servers.log'), 'a');
  const stops: (() => void | Promise<void>)[] = [];
  try {
    const isPinned = pinTo(loadProcessor, process.pid);
    progress('a deployment');
    const deployed = await deploy();
    stops.push(deployed.stop);
    const load = fork(fileURLToPath(new URL('./load.ts', import.meta.url)));
    stops.push(() => void load.kill());
    const fire: Fire = talkTo<VolleyResult>(load, 'the load');
    const entrants: Entrant[] = [];
    for (const entry of entries()) {
      const entrant = await enter(entry, deployed, log);
      stops.push(entrant.contestant.stop);
      if (isPinned) pinTo(serverProcessor, entrant.contestant.pid);
      progress(`warming up ${entry.name}, ${entry.algorithm}`);
      await fire({ ...entrant.volley, milliseconds: warmUpMilliseconds });
      entrants.push(entrant);
    }
    for (let round = 1; round <= rounds; round += 1) {
      progress(`round ${round} of ${rounds}`);
      for (const entrant of entrants) await measure(fire, entrant);
    }
    return throughputRows(entrants, { connections, isPinned });
  } finally {
    for (const stop of stops.toReversed()) await stop();
    closeSync(log);
    rmSync(directory, { recursive: true });
  }
};

function entries(): readonly Entry[] {
  const peers: readonly SubjectName[] = ['oidc-provider', 'oauth2-server', 'floor'];
  return [
    entry('vestibule', 'RS256', 'kms'),
    ...peers.map((peer) => entry(peer, 'RS256')),
    ...peers.map((peer) => entry(peer, 'ES256')),
  ];
}

function entry(name: SubjectName, algorithm: SigningAlgorithm, signing?: Entry['signing']): Entry {
  return { name, algorithm, ...(signing && { signing }), rounds: [] };
}

async function enter(entry: Entry, deployed: Deployed, log: number): Promise<Entrant> {
  const { name: subject, algorithm } = entry;
  const { market, taskRoot } = deployed;
  const { privateKey, publicJwk, kid } = newKey(algorithm);
  const settings: SubjectSettings = { subject, algorithm, market, taskRoot, privateKey, kid };
  const isOurs = subject === 'vestibule';
  const contestant = await startContestant(settings, isOurs ? deployed.environmentOf('token') : {}, log);
  return {
    ...entry,
    contestant,
    volley: {
      ...{ port: contestant.port, path: '/token', market, connections, algorithm },
      keys: isOurs ? deployed.keys : [publicJwk],
    },
  };
}

function newKey(algorithm: SigningAlgorithm): {
  readonly privateKey: string;
  readonly publicJwk: object;
  readonly kid: string;
} {
  const { privateKey } =
    algorithm === 'RS256'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const kid = `a-key-with-a-name-as-long-as-a-thumbprint-is`;
  return {
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    publicJwk: { ...createPublicKey(privateKey).export({ format: 'jwk' }), kid },
    kid,
  };
}

async function measure(fire: Fire, entrant: Entrant): Promise<void> {
  const before = await entrant.contestant.usage();
  const { tokens, milliseconds } = await fire({ ...entrant.volley, milliseconds: roundMilliseconds });
  const microseconds = (await entrant.contestant.usage()) - before;
  entrant.rounds.push({
    tokensPerSecond: (tokens * 1000) / milliseconds,
    microsecondsPerToken: microseconds / tokens,
  });
}
