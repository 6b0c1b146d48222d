import { fork } from 'node:child_process';
import { createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SigningAlgorithm } from '../../../lambdas/ports/signing.ts';
import type { Part } from '../report.ts';
import { type Contestant, startContestant } from './contestant.ts';
import { type Asked, type Deployed, deploy } from '../deployed.ts';
import type { Market, SubjectSettings, Volley, VolleyResult } from './message.ts';
import { pinTo } from './pin.ts';
import { talkTo } from './talk-to.ts';
import { type Entry, throughputRows } from './rows.ts';

const [serverProcessor, loadProcessor] = [0, 1];
const connections = 16;
const warmUpMilliseconds = 1_500;
const roundMilliseconds = 1_000;
const rounds = 5;

const entries: readonly Omit<Entry, 'rounds'>[] = [
  { name: 'vestibule', algorithm: 'RS256', signing: 'envelope' },
  { name: 'vestibule', algorithm: 'RS256', signing: 'kms' },
  { name: 'vestibule', algorithm: 'RS256', signing: 'envelope', exchanges: 'warm' },
  { name: 'vestibule', algorithm: 'RS256', signing: 'envelope', exchanges: 'cold' },
  { name: 'vestibule', algorithm: 'RS256', signing: 'kms', exchanges: 'warm' },
  { name: 'vestibule', algorithm: 'RS256', signing: 'kms', exchanges: 'cold' },
  { name: 'oidc-provider', algorithm: 'RS256' },
  { name: 'oauth2-server', algorithm: 'RS256' },
  { name: 'floor', algorithm: 'RS256' },
  { name: 'vestibule', algorithm: 'ES256', signing: 'envelope' },
  { name: 'vestibule', algorithm: 'ES256', signing: 'envelope', exchanges: 'warm' },
  { name: 'vestibule', algorithm: 'ES256', signing: 'envelope', exchanges: 'cold' },
  { name: 'oidc-provider', algorithm: 'ES256' },
  { name: 'oauth2-server', algorithm: 'ES256' },
  { name: 'floor', algorithm: 'ES256' },
  { name: 'lowest floor', algorithm: 'ES256' },
];

/** What the peers are told of their issuer and client: as long as what a deployment says of its own. */
const peerMarket: Market = {
  issuer: 'http://localhost:12345',
  clientId: 'planner-client',
  clientSecret: randomBytes(32).toString('base64url'),
  resource: 'https://mcp.example.com/mcp',
  scope: 'search:read',
  form: { grant_type: 'client_credentials', resource: 'https://mcp.example.com/mcp', scope: 'search:read' },
};

type Fire = (volley: Volley) => Promise<VolleyResult>;

interface Entrant extends Entry {
  readonly contestant: Contestant;
  readonly volley: Omit<Volley, 'milliseconds'>;
}

/**
 * Tokens a second of the deployed token handler, exchanged ones among them, of two other servers and of the floor: one server after the other gets
 * the same load on the same processor, round after round, so that whatever else the machine does strikes all.
 */
export const throughput: Part = async (progress) => {
  const directory = mkdtempSync(join(tmpdir(), 'vestibule-bench-'));
  const log = openSync(join(directory, 'servers.log'), 'a');
  const stops: (() => void | Promise<void>)[] = [];
  try {
    const isPinned = pinTo(loadProcessor, process.pid);
    const load = fork(fileURLToPath(new URL('./load.ts', import.meta.url)));
    stops.push(() => void load.kill());
    const fire: Fire = talkTo<VolleyResult>(load, 'the load');
    const entrants: Entrant[] = [];
    const deploymentFor = deploying(stops);
    for (const entry of entries) {
      progress(`starting and warming up ${entry.name}, ${entry.algorithm}`);
      const deployed = entry.name === 'vestibule' ? await deploymentFor(entry) : undefined;
      const entrant = await enter({ ...entry, rounds: [] }, deployed, log);
      stops.push(entrant.contestant.stop);
      if (isPinned) pinTo(serverProcessor, entrant.contestant.pid);
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

/** One deployment for all entries that can share it. */
function deploying(
  stops: (() => void | Promise<void>)[],
): (entry: Omit<Entry, 'rounds'>) => Promise<Deployed> {
  const deployments = new Map<string, Deployed>();
  return async ({ algorithm, signing = 'kms', exchanges }) => {
    const asked: Asked = exchanges === undefined ? 'tokens' : 'exchanges';
    const name = [signing, algorithm, asked].join(' ');
    const deployed = deployments.get(name) ?? (await deploy(signing, algorithm, asked));
    if (!deployments.has(name)) stops.push(deployed.stop);
    deployments.set(name, deployed);
    return deployed;
  };
}

async function enter(entry: Entry, deployed: Deployed | undefined, log: number): Promise<Entrant> {
  const { name: subject, algorithm, exchanges: caches = 'warm' } = entry;
  const { privateKey, publicJwk, kid } = newKey(algorithm);
  const { market = peerMarket, taskRoot = '', keys = [publicJwk] } = deployed ?? {};
  const settings: SubjectSettings = { subject, algorithm, market, taskRoot, privateKey, kid, caches };
  const contestant = await startContestant(settings, deployed?.environmentOf('token') ?? {}, log);
  const { port } = contestant;
  return { ...entry, contestant, volley: { port, path: '/token', market, connections, algorithm, keys } };
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
