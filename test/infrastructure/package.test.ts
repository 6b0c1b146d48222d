import { execFileSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const app = mkdtempSync(join(tmpdir(), 'vestibule-app-'));
const installed = join(app, 'node_modules/vestibule');
/** What the compiler says of the apps that use the package. */
let mistakes: readonly string[];

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
}

/** A checkout of its own, so that no other test sees `dist` come and go. */
beforeAll(() => {
  const checkout = join(app, 'checkout');
  for (const part of ['bin', 'lib', 'lambdas', 'package.json', 'tsconfig.json', 'tsconfig.build.json']) {
    cpSync(join(root, part), join(checkout, part), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(checkout, 'node_modules'));
  const [tarball] = JSON.parse(
    run('npm', ['pack', '--json', '--silent', '--pack-destination', app], checkout),
  ) as [{ filename: string }];
  mkdirSync(installed, { recursive: true });
  run('tar', ['-xzf', join(app, tarball.filename), '-C', installed, '--strip-components=1'], app);
  // What the package says it needs, and nothing of what the checkout has besides.
  const { dependencies, peerDependencies } = JSON.parse(
    readFileSync(join(installed, 'package.json'), 'utf8'),
  ) as Manifest;
  for (const name of Object.keys({ ...dependencies, ...peerDependencies })) {
    mkdirSync(dirname(join(app, 'node_modules', name)), { recursive: true });
    symlinkSync(join(root, 'node_modules', name), join(app, 'node_modules', name));
  }
  const { imports, body } = exampleOfReadme();
  writeFileSync(join(app, 'vestibule.config.ts'), readmeConfig);
  writeFileSync(join(app, 'readme.ts'), [...imports, stackAround(body.join('\n'))].join('\n'));
  writeFileSync(join(app, 'app.ts'), typedApp);
  mistakes = typecheck('app.ts', 'readme.ts');
}, 180_000);

afterAll(() => {
  rmSync(app, { recursive: true });
});

test('an app that installs the package synthesizes Vestibule into its own stack', () => {
  writeFileSync(join(app, 'app.mjs'), freshApp);
  run(process.execPath, ['app.mjs'], app);
  const template = JSON.parse(readFileSync(join(app, 'cdk.out/Mine.template.json'), 'utf8')) as {
    Resources: Record<string, { Type: string }>;
  };
  const types = Object.values(template.Resources).map(({ Type: type }) => type);
  const functions = types.filter((type) => type === 'AWS::Lambda::Function');
  expect(functions.length).toBeGreaterThan(0);
  const bundles = readdirSync(join(app, 'cdk.out')).filter((name) => name.startsWith('asset.'));
  expect(bundles).toHaveLength(functions.length);
  for (const bundle of bundles) {
    expect(readdirSync(join(app, 'cdk.out', bundle)).sort()).toEqual(['index.js', 'package.json']);
  }
}, 60_000);

test('an app in CommonJS can require it', () => {
  const printed = run(process.execPath, ['-p', "typeof require('vestibule').Vestibule"], app);
  expect(printed.trim()).toBe('function');
});

test('the resource server has no need of the CDK', () => {
  const code = "import('vestibule/resource-server').then((all) => console.log(Object.keys(all).length > 0))";
  expect(run(process.execPath, ['-e', code], app).trim()).toBe('true');
});

test('what agents load has no need of the CDK either', () => {
  const code = "import('vestibule/agent').then(({ createAgent }) => console.log(typeof createAgent))";
  expect(run(process.execPath, ['-e', code], app).trim()).toBe('function');
});

test('the package has types for what it exports', () => {
  expect(mistakesIn('app.ts')).toEqual([]);
});

test('the AgentCore example of the README compiles and synthesizes', () => {
  const { imports, body } = exampleOfReadme();
  expect(body.filter((line) => line.trim() !== '').length).toBeLessThanOrEqual(10);
  expect(imports.length).toBeGreaterThan(0);
  expect(mistakesIn('readme.ts')).toEqual([]);
  run(process.execPath, ['readme.ts'], app);
  const template = readFileSync(join(app, 'readme.out/Readme.template.json'), 'utf8');
  expect(template).toContain('AWS::BedrockAgentCore::Gateway');
  expect(template).toContain('AWS::BedrockAgentCore::OAuth2CredentialProvider');
}, 90_000);

test('the CLI answers from where it is installed', () => {
  expect(run(process.execPath, [join(installed, 'bin/cli.js'), '--help'], app)).toContain('vestibule');
});

const freshApp = `
import { App, Stack } from 'aws-cdk-lib';
import { defineConfig, Vestibule } from 'vestibule';

const app = new App({ outdir: 'cdk.out', builtinCloudFormationValidation: false });
const stack = new Stack(app, 'Mine');
new Vestibule(stack, 'Auth', defineConfig({
  resources: [{ id: 'mcp', uri: 'https://mcp.example.com/mcp', name: 'MCP', scopes: { read: 'Read' } }],
  agents: [{ id: 'robot', owner: 'me', scopes: { mcp: { required: ['read'] } } }],
  clients: [{ id: 'robot-client', agent: 'robot', authentication: { method: 'client_secret_basic' } }],
}));
app.synth();
`;

const typedApp = `
import { App, Stack } from 'aws-cdk-lib';
import { defineConfig, Vestibule, type VestibuleConfig } from 'vestibule';
import { clientSecretBasic, createAgent, ownTokenAsActor } from 'vestibule/agent';
import * as resourceServer from 'vestibule/resource-server';

const config: VestibuleConfig = defineConfig({ resources: [], agents: [], clients: [] });
const { issuer }: { issuer: string } = new Vestibule(new Stack(new App(), 'Mine'), 'Auth', config);
// @ts-expect-error a field that the config does not have
defineConfig({ ...config, profil: 'dev' } satisfies VestibuleConfig);
const client = clientSecretBasic('planner-client', () => 'secret');
const agent = createAgent({ issuer, client, actor: ownTokenAsActor('https://mcp.example.com/mcp') });
const fetchForAlice: typeof fetch = agent.onBehalfOf('token').fetch;
console.log(fetchForAlice, resourceServer);
`;

const readmeConfig = `
import { defineConfig } from 'vestibule';
export const config = defineConfig({
  resources: [],
  agents: [{ id: 'planner', owner: 'me', scopes: {} }],
  clients: [{ id: 'planner-client', agent: 'planner', authentication: { method: 'client_secret_basic' } }],
});
`;

function stackAround(body: string): string {
  return `
import { App, Stack } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
class Mine extends Stack {
  constructor(app: App) {
    super(app, 'Readme');
    const runtimeOfThePlanner = new Role(this, 'Role', { assumedBy: new ServicePrincipal('bedrock-agentcore.amazonaws.com') });
    ${body}
  }
}
const app = new App({ outdir: 'readme.out', builtinCloudFormationValidation: false });
new Mine(app);
app.synth();
`;
}

function exampleOfReadme(): { readonly imports: readonly string[]; readonly body: readonly string[] } {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const [, example = ''] = /## AgentCore in ten lines[^]*?```ts\n([^]*?)```/.exec(readme) ?? [];
  const lines = example.split('\n');
  const isImport = (line: string): boolean => line.startsWith('import ');
  return { imports: lines.filter(isImport), body: lines.filter((line) => !isImport(line)) };
}

/** One run for all: most of it is reading the types of the CDK. */
function typecheck(...files: readonly string[]): readonly string[] {
  const options =
    '--noEmit --strict --skipLibCheck --module nodenext --target es2024 --types node --allowImportingTsExtensions';
  const typeRoots = ['--typeRoots', join(root, 'node_modules/@types')];
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  try {
    run(process.execPath, [tsc, ...options.split(' '), ...typeRoots, ...files], app);
    return [];
  } catch (error) {
    const said = (error as { readonly stdout?: string }).stdout?.trim() ?? '';
    if (said === '') throw error;
    return said.split('\n');
  }
}

/** What is said of one file, or of none, which is everybody's. */
function mistakesIn(file: string): readonly string[] {
  const others = ['app.ts', 'readme.ts'].filter((other) => other !== file);
  return mistakes.filter((line) => !others.some((other) => line.startsWith(`${other}(`)));
}

function run(command: string, args: readonly string[], directory: string): string {
  const path = `${join(root, 'node_modules/.bin')}:${process.env['PATH'] ?? ''}`;
  return execFileSync(command, [...args], {
    cwd: directory,
    encoding: 'utf8',
    env: { ...process.env, PATH: path },
  });
}
