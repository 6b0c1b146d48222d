import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { freePortBlock } from '../support/free-ports.ts';

const versions = readFileSync(join(import.meta.dirname, 'keycloak.version'), 'utf8')
  .trim()
  .split('\n');
const admin = { username: 'admin', password: 'only-on-this-machine' };

/** A realm in the form in which Keycloak exports it. */
export interface Realm extends Readonly<Record<string, unknown>> {
  readonly realm: string;
}

/** A Keycloak with the realms that it was started with. */
export interface KeycloakServer {
  readonly root: string;
  /** A call of the admin API of one realm; resolves with what it answers. */
  readonly call: (realm: string, method: string, path: string, body?: object) => Promise<unknown>;
  readonly stop: () => void;
}

/** Which Keycloak: one as many companies have it, or the newest, with features that are not on by themselves. */
export type WhichKeycloak = { readonly is: 'older' } | { readonly is: 'newest'; readonly features?: string };

/** Starts Keycloak on this machine. */
export async function startRealms(
  port: number,
  realms: readonly Realm[],
  which: WhichKeycloak = { is: 'older' },
): Promise<KeycloakServer> {
  const version = versions.at(which.is === 'older' ? 0 : -1) ?? '';
  const home = join(import.meta.dirname, `../../node_modules/.cache/vestibule/keycloak/keycloak-${version}`);
  const features = which.is === 'newest' ? which.features : undefined;
  if (!existsSync(join(home, 'bin/kc.sh'))) {
    throw new Error(`there is no Keycloak at ${home}: see the step "peers" of .ci/run`);
  }
  // Each run has a home of its own: Keycloak keeps state in it, and builds itself there.
  const own = mkdtempSync(join(tmpdir(), 'keycloak-'));
  cpSync(home, own, { recursive: true });
  mkdirSync(join(own, 'data/import'), { recursive: true });
  for (const realm of realms) {
    writeFileSync(join(own, `data/import/${realm.realm}.json`), JSON.stringify(realm));
  }
  const log: string[] = [];
  const server = spawn(
    join(own, 'bin/kc.sh'),
    [
      ...['start-dev', '--http-host=127.0.0.1', `--http-port=${port}`, '--import-realm', '--db=dev-mem'],
      // What it serves there nobody asks for; but two of them, with one port for it, do not both start.
      `--http-management-port=${await freePortBlock()}`,
      ...(features === undefined ? [] : [`--features=${features}`]),
    ],
    {
      env: {
        ...{ PATH: process.env['PATH'] ?? '', JAVA_OPTS_APPEND: '-Xmx768m' },
        // As the older one calls them, and the newest.
        ...{ KEYCLOAK_ADMIN: admin.username, KEYCLOAK_ADMIN_PASSWORD: admin.password },
        ...{ KC_BOOTSTRAP_ADMIN_USERNAME: admin.username, KC_BOOTSTRAP_ADMIN_PASSWORD: admin.password },
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
  try {
    for (const { realm } of realms) {
      await untilAnswers(`${root}/realms/${realm}/.well-known/openid-configuration`);
    }
  } catch (error) {
    stop();
    throw new Error(log.join(''), { cause: error });
  }
  return { root, call: administration(root), stop };
}

function administration(root: string): KeycloakServer['call'] {
  return async (realm, method, path, body) => {
    const token = await fetch(`${root}/realms/master/protocol/openid-connect/token`, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'password', client_id: 'admin-cli', ...admin }),
    });
    const { access_token: bearer } = (await token.json()) as { readonly access_token: string };
    const response = await fetch(`${root}/admin/realms/${realm}/${path}`.replace(/\/$/, ''), {
      method,
      headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path} answers ${response.status}`);
    const text = await response.text();
    return text === '' ? undefined : (JSON.parse(text) as unknown);
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
