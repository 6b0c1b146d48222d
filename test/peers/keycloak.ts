import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

const version = readFileSync(join(import.meta.dirname, 'keycloak.version'), 'utf8').trim();
const home = join(import.meta.dirname, `../../node_modules/.cache/vestibule/keycloak/keycloak-${version}`);
const admin = { username: 'admin', password: 'only-on-this-machine' };

export interface Keycloak {
  readonly issuer: string;
  /** Says of a person of the realm whether they may sign in, as an administrator does. */
  readonly setEnabled: (username: string, isEnabled: boolean) => Promise<void>;
  readonly setGroups: (username: string, groups: readonly string[]) => Promise<void>;
  readonly stop: () => void;
}

/** Keycloak with one realm, `company`: alice, bob and carol, two groups, and the client that we are there. */
export async function startKeycloak(options: {
  readonly port: number;
  readonly clientSecret: string;
  readonly redirectUri: string;
}): Promise<Keycloak> {
  if (!existsSync(join(home, 'bin/kc.sh'))) {
    throw new Error(`there is no Keycloak at ${home}: see the step "peers" of .ci/run`);
  }
  const { port } = options;
  // Each run has a home of its own: Keycloak keeps state in it, and builds itself there.
  const own = mkdtempSync(join(tmpdir(), 'keycloak-'));
  cpSync(home, own, { recursive: true });
  mkdirSync(join(own, 'data/import'), { recursive: true });
  writeFileSync(join(own, 'data/import/company.json'), JSON.stringify(realm(options)));
  const log: string[] = [];
  const server = spawn(
    join(own, 'bin/kc.sh'),
    ['start-dev', '--http-host=127.0.0.1', `--http-port=${port}`, '--import-realm', '--db=dev-mem'],
    {
      env: {
        ...{ PATH: process.env['PATH'] ?? '', JAVA_OPTS_APPEND: '-Xmx768m' },
        ...{ KEYCLOAK_ADMIN: admin.username, KEYCLOAK_ADMIN_PASSWORD: admin.password },
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own: kc.sh starts a Java that would outlive it.
      detached: true,
    },
  );
  for (const stream of [server.stdout, server.stderr]) {
    stream.on('data', (chunk: Buffer) => log.push(chunk.toString()));
  }
  const stop = (): void => {
    if (server.pid !== undefined && server.exitCode === null) process.kill(-server.pid, 'SIGKILL');
    rmSync(own, { recursive: true, force: true });
  };
  const root = `http://localhost:${port}`;
  const issuer = `${root}/realms/company`;
  try {
    await untilAnswers(`${issuer}/.well-known/openid-configuration`);
  } catch (error) {
    stop();
    throw new Error(log.join(''), { cause: error });
  }
  return { issuer, ...administration(root), stop };
}

function administration(root: string): Pick<Keycloak, 'setEnabled' | 'setGroups'> {
  const api = `${root}/admin/realms/company`;
  const call = async (method: string, path: string, body?: object): Promise<unknown> => {
    const token = await fetch(`${root}/realms/master/protocol/openid-connect/token`, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'password', client_id: 'admin-cli', ...admin }),
    });
    const { access_token: bearer } = (await token.json()) as { readonly access_token: string };
    const response = await fetch(`${api}/${path}`, {
      method,
      headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path} answers ${response.status}`);
    const text = await response.text();
    return text === '' ? undefined : JSON.parse(text);
  };
  const idOf = async (username: string): Promise<string> => {
    const [user] = (await call('GET', `users?exact=true&username=${username}`)) as [{ readonly id: string }];
    return user.id;
  };
  return {
    setEnabled: async (username, enabled) => {
      await call('PUT', `users/${await idOf(username)}`, { enabled });
    },
    setGroups: async (username, names) => {
      const user = await idOf(username);
      const known = (await call('GET', 'groups')) as readonly {
        readonly id: string;
        readonly name: string;
      }[];
      for (const { id, name } of known) {
        await call(names.includes(name) ? 'PUT' : 'DELETE', `users/${user}/groups/${id}`);
      }
    },
  };
}

function realm({
  clientSecret,
  redirectUri,
}: {
  readonly clientSecret: string;
  readonly redirectUri: string;
}): object {
  const person = (username: string, firstName: string, groups: readonly string[]): object => ({
    ...{ username, firstName, lastName: 'Adams', email: `${username}@example.com`, emailVerified: true },
    ...{ enabled: true, groups, realmRoles: ['offline_access'] },
    credentials: [{ type: 'password', value: username, temporary: false }],
  });
  return {
    ...{ realm: 'company', enabled: true, sslRequired: 'none' },
    ...{ revokeRefreshToken: true, refreshTokenMaxReuse: 0 },
    // The clock of a run is put forward, and Keycloak's is not.
    accessTokenLifespan: 3_600,
    groups: [{ name: 'engineering' }, { name: 'support' }],
    users: [
      person('alice', 'Alice', ['engineering']),
      person('bob', 'Bob', ['support']),
      person('carol', 'Carol', ['engineering']),
    ],
    clients: [
      {
        ...{ clientId: 'vestibule', secret: clientSecret, protocol: 'openid-connect', enabled: true },
        ...{ publicClient: false, standardFlowEnabled: true, directAccessGrantsEnabled: false },
        redirectUris: [redirectUri],
        attributes: { 'pkce.code.challenge.method': 'S256' },
        protocolMappers: [
          {
            ...{ name: 'groups', protocol: 'openid-connect', protocolMapper: 'oidc-group-membership-mapper' },
            config: {
              ...{ 'claim.name': 'groups', 'full.path': 'false' },
              ...{ 'id.token.claim': 'true', 'access.token.claim': 'false', 'userinfo.token.claim': 'true' },
            },
          },
        ],
      },
    ],
  };
}

/** A first start builds the server, on few processors for a minute and more. */
async function untilAnswers(url: string): Promise<void> {
  for (let attempt = 0; attempt < 600; attempt += 1) {
    const answered = await fetch(url).then(
      (response) => response.ok,
      () => false,
    );
    if (answered) return;
    await setTimeout(500);
  }
  throw new Error(`Keycloak did not answer at ${url} within five minutes`);
}
