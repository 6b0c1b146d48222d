import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import * as v from 'valibot';
import { Surprise } from './report.ts';

const endpointsSchema = v.object({
  issuer: v.string(),
  endpoints: v.object({ token: v.string() }),
  mcp: v.string(),
  idp: v.string(),
  /** The third party. */
  tracker: v.string(),
  logs: v.string(),
  /** The page that shows tasks on a line of time. */
  tasks: v.string(),
  /** Where the clock of the run is moved; absent where nobody may. */
  clock: v.optional(v.string()),
  aws: v.object({
    endpoint: v.string(),
    region: v.string(),
    access_key_id: v.string(),
    secret_access_key: v.string(),
  }),
  agent_roles: v.array(
    v.object({
      client_id: v.string(),
      role: v.string(),
      access_key_id: v.string(),
      secret_access_key: v.string(),
    }),
  ),
  clients: v.array(v.object({ client_id: v.string(), secret_arn: v.optional(v.string()) })),
});

/** Where the running deployment is and which clients it has. */
export type Endpoints = v.InferOutput<typeof endpointsSchema>;

/** Reads what `npm start` wrote. Throws a `Surprise` that says how to start when nothing answers. */
export async function readEndpoints(): Promise<Endpoints> {
  const endpoints = parse();
  const answer = await fetch(`${endpoints.issuer}/.well-known/jwks.json`).catch(() => undefined);
  if (answer === undefined) throw notRunning(`nothing answers at ${endpoints.issuer}`);
  await answer.body?.cancel();
  return endpoints;
}

function parse(): Endpoints {
  const file = resolve('.vestibule', 'endpoints.json');
  try {
    return v.parse(endpointsSchema, JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    throw notRunning(
      (error as { code?: string }).code === 'ENOENT'
        ? '.vestibule/endpoints.json does not exist'
        : '.vestibule/endpoints.json is not what npm start writes',
    );
  }
}

function notRunning(why: string): Surprise {
  return new Surprise(
    `No local run to walk through: ${why}.\n   Start one with \`npm start\`, wait for its \`ready\` line, then run \`npm run demo\` in another terminal.`,
  );
}
