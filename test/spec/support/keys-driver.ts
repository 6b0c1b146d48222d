import { createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose';

import type { TestDeployment } from '../../support/deployment.ts';
import { basic, type Driver, drive } from './driver.ts';

export interface KeyOnTheWire {
  readonly kid: string;
  readonly state: 'active' | 'announced' | 'retiring' | 'gone';
  readonly key_arn: string;
  readonly signs_from?: string;
  readonly published_until?: string;
}

/** The keys of a deployment as clients, verifiers and operators see them. */
export interface KeysDriver extends Driver {
  readonly keys: () => Promise<readonly KeyOnTheWire[]>;
  readonly kidIn: (state: KeyOnTheWire['state']) => Promise<string>;
  /** A token of the analyst, its signature verified against the key set of this moment. */
  readonly newToken: () => Promise<{ readonly token: string; readonly kid: string }>;
  readonly verifiesNow: (token: string) => Promise<boolean>;
  readonly published: () => Promise<readonly string[]>;
  /** Moves the clock and has the schedule run, if it is due. */
  readonly pass: (seconds: number) => Promise<void>;
}

export async function driveKeys(deployment: TestDeployment): Promise<KeysDriver> {
  const driver = drive(deployment);
  const { run } = deployment;
  const analyst = basic('analyst-client', await deployment.secretOf('analyst-client'));
  const keySet = async (): Promise<JSONWebKeySet> =>
    (await driver.get('/.well-known/jwks.json')).body as object as JSONWebKeySet;
  const keys = async (): Promise<readonly KeyOnTheWire[]> => {
    const { status, body, text } = await driver.admin('GET', 'keys');
    if (status !== 200) throw new Error(text);
    return body['keys'] as readonly KeyOnTheWire[];
  };
  const verifiesNow = async (token: string): Promise<boolean> => {
    const currentDate = new Date(run.clock.now());
    return jwtVerify(token, createLocalJWKSet(await keySet()), { currentDate }).then(
      () => true,
      () => false,
    );
  };
  return {
    ...driver,
    ...{ keys, verifiesNow },
    kidIn: async (state) => {
      const found = (await keys()).find((key) => key.state === state);
      if (found === undefined) throw new Error(`no key is ${state}`);
      return found.kid;
    },
    newToken: async () => {
      const { status, body, text } = await driver.token({ grant_type: 'client_credentials' }, analyst);
      if (status !== 200) throw new Error(text);
      const token = String(body['access_token']);
      if (!(await verifiesNow(token))) throw new Error('a new token does not verify');
      return { token, kid: String(decodeProtectedHeader(token).kid) };
    },
    published: async () => (await keySet()).keys.map(({ kid }) => String(kid)),
    pass: async (seconds) => {
      run.clock.advance(seconds);
      await run.runSchedules();
    },
  };
}
