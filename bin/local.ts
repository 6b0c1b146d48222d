import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { signedRequest } from './cli/signed-request.ts';
import { createFaultPlan, type FaultPlan } from '../local/aws/faults.ts';
import { nightReporter } from '../local/demo/agent-role.ts';
import { clientSecretOf } from '../local/demo/client-secret-of.ts';
import { egressSecret, federationSecret } from '../local/demo/federation-secret.ts';
import { startClockControl } from '../local/demo/clock-control.ts';
import { startDemo } from '../local/demo/start.ts';
import { startTaskPage } from '../local/demo/task-page/serve.ts';
import { taskLogs } from '../local/demo/task-page/trail.ts';
import { writeEndpointsFile } from '../local/endpoints-file.ts';
import { createVirtualClock } from '../local/clock.ts';
import { asText } from '../local/cloudformation/template.ts';
import { installVirtualDate } from '../local/lambda/worker-clock.ts';
import { refuseTakenPorts } from '../local/loopback.ts';
import { startRun, type LocalRun } from '../local/run.ts';
import { refuseHeldStateDirectory } from '../local/state-lock.ts';
import { synthesize } from '../local/synthesize.ts';
import { writeDemoClient } from '../local/tls/demo-client.ts';

const usage = `npm start [-- --ephemeral | --fast-clock]
Runs the synthesized app on this machine: its tables, keys, secrets, functions and routes.

  --ephemeral                keep nothing; without it the state lives in .vestibule/
  --fast-clock               keep nothing, and let its clock be moved: npm run demo -- --fast-clock does it
  --help                     this text

  PORT                       the issuer (9400); the demo MCP server, the identity provider and STS take the next three, the page of
                             tasks the fifth, the demo tracker the sixth
  VESTIBULE_FAULTS           failures of AWS calls, for instance kms:Sign=throttle@1,dynamodb:PutItem=timeout@2-3
  VESTIBULE_INSTANCES        how many instances of one function may run at once (4)
  AWS_ENDPOINT_URL_DYNAMODB  another DynamoDB engine than the embedded one, for instance http://localhost:8000
  VESTIBULE_PERMISSION_LEDGER  a file that takes the permissions that were used, at the end
`;

interface Settings {
  readonly port: number;
  readonly faults: FaultPlan;
  readonly maxInstances: number;
  readonly permissionLedger: string | undefined;
  readonly dynamodbEndpoint: string | undefined;
  readonly isEphemeral: boolean;
  readonly isClockFast: boolean;
}

/** From the issuer's port: the one before is that of a host with mutual TLS. */
const pageDistance = 5;
const trackerDistance = 6;
const region = 'us-east-1';
const stateDirectory = resolve('.vestibule');
const started = performance.now();

function progress(line: string): void {
  console.log(`${((performance.now() - started) / 1000).toFixed(2).padStart(6)} s  ${line}`);
}

function wholeNumber(name: string, fallback: number, most: number): number {
  const text = process.env[name] ?? String(fallback);
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > most) {
    throw new Error(`${name}: "${text}" is not understood: write a whole number from 1 to ${most}.`);
  }
  return value;
}

function readSettings({ isEphemeral, isClockFast }: Pick<Settings, 'isEphemeral' | 'isClockFast'>): Settings {
  return {
    port: wholeNumber('PORT', 9400, 65_530),
    faults: createFaultPlan(process.env['VESTIBULE_FAULTS']),
    maxInstances: wholeNumber('VESTIBULE_INSTANCES', 4, 64),
    permissionLedger: process.env['VESTIBULE_PERMISSION_LEDGER'],
    dynamodbEndpoint: process.env['AWS_ENDPOINT_URL_DYNAMODB'],
    ...{ isEphemeral, isClockFast },
  };
}

type Closing = (() => void | Promise<void>)[];

async function start(settings: Settings, closing: Closing): Promise<void> {
  const { port } = settings;
  const home = await makeHome(settings, closing);
  const run = await startDeployment(settings, home);
  closing.push(run.stop);
  progress(`${run.resources.length} resources provisioned`);
  const demo = await startDemo({
    ...{ issuer: run.issuer, idpSecret: await federationSecret(run), mcpPort: port + 1, idpPort: port + 2 },
    secretOf: (clientId) => clientSecretOf(run, clientId),
    tracker: { secret: await egressSecret(run, 'tracker'), port: port + trackerDistance },
    log: progress,
  });
  closing.push(demo.stop);
  const tasks = await startPage(settings, run, { home, closing });
  const clock = settings.isClockFast ? await startClock(run, closing) : {};
  const endpoints = {
    discovery: run.outputs['DiscoveryUrl'] ?? '',
    jwks: run.outputs['JwksUri'] ?? '',
    token: run.outputs['TokenEndpoint'] ?? '',
    admin: `${run.issuer}/admin`,
  };
  closing.push(
    writeEndpointsFile(join(stateDirectory, 'endpoints.json'), {
      ...{ issuer: run.issuer, endpoints, mcp: demo.mcpUrl, idp: demo.idpUrl, logs: join(home, 'logs') },
      ...(demo.trackerUrl !== undefined && { tracker: demo.trackerUrl }),
      ...{ tasks, ...clock, ...certificatesOf(run, join(home, 'tls')) },
      ...{ aws: awsAccess(run), agent_roles: agentRoles(run), clients: clientsOf(run) },
    }),
  );
  printTable({
    issuer: run.issuer,
    ...endpoints,
    'MCP server': demo.mcpUrl,
    'identity provider': demo.idpUrl,
    ...(demo.trackerUrl !== undefined && { 'third party': demo.trackerUrl }),
    'page of tasks': tasks,
    ...clock,
  });
  console.log(`ready ${run.issuer}`);
}

/** Where everything of the run is, which nobody else may have. */
async function makeHome({ port, isEphemeral }: Settings, closing: Closing): Promise<string> {
  const home = isEphemeral ? mkdtempSync(join(tmpdir(), 'vestibule-')) : stateDirectory;
  if (isEphemeral) {
    closing.push(() => {
      rmSync(home, { recursive: true, force: true });
    });
  }
  if (!isEphemeral) refuseHeldStateDirectory(stateDirectory);
  await refuseTakenPorts([0, 1, 2, 3, pageDistance, trackerDistance].map((distance) => port + distance));
  mkdirSync(home, { recursive: true, mode: 0o700 });
  return home;
}

async function startDeployment(settings: Settings, home: string): Promise<LocalRun> {
  const { port, isEphemeral, isClockFast, permissionLedger, dynamodbEndpoint } = settings;
  const assemblyDirectory = join(home, 'cdk.out');
  progress('synthesizing');
  await synthesize({
    app: resolve(import.meta.dirname, 'vestibule.ts'),
    outputDirectory: assemblyDirectory,
    context: { 'vestibule:local': true },
  });
  progress('synthesized');
  const clock = createVirtualClock();
  // The company around the deployment lives by the same clock.
  if (isClockFast) installVirtualDate(clock.shared);
  return startRun({
    ...{ assemblyDirectory, port, clock },
    faults: settings.faults,
    maxInstances: settings.maxInstances,
    ...(isEphemeral ? {} : { stateDirectory }),
    ...(permissionLedger === undefined ? {} : { permissionLedger }),
    ...(dynamodbEndpoint === undefined ? {} : { dynamodbEndpoint }),
    logDirectory: join(home, 'logs'),
    log: progress,
  });
}

/** The page of tasks, which reads what `vestibule --local tasks` reads; resolves with its URL. */
async function startPage(
  { port }: Settings,
  { cloud: { operator }, issuer }: LocalRun,
  { home, closing }: { readonly home: string; readonly closing: Closing },
): Promise<string> {
  const signing = { region, credentials: () => Promise.resolve(operator) };
  const page = await startTaskPage({
    port: port + pageDistance,
    ask: (path) => signedRequest(signing, 'GET', `${issuer}/admin/${path}`),
    trail: () => taskLogs(join(home, 'logs')),
    log: progress,
  });
  closing.push(page.stop);
  return `http://localhost:${page.port}/tasks`;
}

async function startClock(run: LocalRun, closing: Closing): Promise<{ readonly clock: string }> {
  const { port, stop } = await startClockControl(run, progress);
  closing.push(stop);
  return { clock: `http://localhost:${port}/` };
}

/** Where a domain of the template asks clients for certificates: one to show there. */
function certificatesOf({ resources, clientAuthority }: LocalRun, directory: string): object {
  const isAsked = resources.some(({ type }) => type === 'AWS::ApiGatewayV2::DomainName');
  return isAsked ? { demo_certificate: writeDemoClient(clientAuthority, directory) } : {};
}

function awsAccess({ cloud }: LocalRun): object {
  return {
    endpoint: cloud.endpoint,
    region,
    access_key_id: cloud.operator.accessKeyId,
    secret_access_key: cloud.operator.secretAccessKey,
  };
}

/** Agents of the config that run under an AWS role, with credentials of that role. */
function agentRoles({ cloud }: LocalRun): readonly object[] {
  const { arn, accessKeyId, secretAccessKey } = nightReporter(cloud);
  return [
    {
      ...{ client_id: 'night-reporter', role: arn },
      ...{ access_key_id: accessKeyId, secret_access_key: secretAccessKey },
    },
  ];
}

/** The clients of the config, by the custom resources that register them. */
function clientsOf({ resources }: LocalRun): readonly object[] {
  return resources
    .filter(({ type }) => type === 'Custom::VestibuleClient')
    .map(({ properties }) => {
      const declaration = JSON.parse(asText(properties['Declaration'])) as Readonly<Record<string, unknown>>;
      const { client_id, token_endpoint_auth_method } = declaration;
      const secretArn = properties['SecretArn'];
      return {
        client_id,
        token_endpoint_auth_method,
        ...(secretArn === undefined ? {} : { secret_arn: secretArn }),
      };
    });
}

function printTable(rows: Readonly<Record<string, string>>): void {
  console.log('');
  for (const [name, url] of Object.entries(rows)) console.log(`  ${name.padEnd(18)} ${url}`);
  console.log('');
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (!('code' in error && 'port' in error) || error.code !== 'EADDRINUSE') return error.message;
  const port = Number(error.port);
  const free = port < 65_000 ? port + 100 : 9400;
  return `port ${port} is taken. Stop what listens there, or move the whole run: PORT=${free} npm start`;
}

interface Arguments extends Pick<Settings, 'isEphemeral' | 'isClockFast'> {
  readonly needsHelp: boolean;
}

/** What was kept of a run whose clock was moved would be of the future. */
function readArguments(): Arguments {
  const flag = { type: 'boolean', default: false } as const;
  const { values } = parseArgs({ options: { ephemeral: flag, 'fast-clock': flag, help: flag } });
  const isClockFast = values['fast-clock'];
  return { isEphemeral: values.ephemeral || isClockFast, isClockFast, needsHelp: values.help };
}

async function main(): Promise<void> {
  const closing: Closing = [];
  let isStopping = false;
  const stop = async (code: number): Promise<void> => {
    if (isStopping) return;
    isStopping = true;
    for (const close of closing.splice(0).toReversed()) await close();
    process.exitCode = code;
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      progress('stopping');
      void stop(0).finally(() => process.exit());
    });
  }
  try {
    const { needsHelp, ...kind } = readArguments();
    if (needsHelp) console.log(usage);
    else await start(readSettings(kind), closing);
  } catch (error) {
    console.error(`\n${explain(error)}`);
    await stop(1);
  }
}

await main();
