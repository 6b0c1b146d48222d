import type { TestDeployment } from '../../support/deployment.ts';
import { signedFetch } from './signed-fetch.ts';

type Form = Readonly<Record<string, string>> | readonly (readonly [string, string])[];

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** The deployment as its clients and operators see it: plain HTTP. */
export interface Driver {
  readonly issuer: string;
  readonly get: (path: string, headers?: Readonly<Record<string, string>>) => Promise<Answer>;
  readonly send: (path: string, init: RequestInit) => Promise<Answer>;
  readonly token: (form: Form, headers?: Readonly<Record<string, string>>) => Promise<Answer>;
  /** A signed request of the operator; `body` is sent as JSON. */
  readonly admin: (method: string, path: string, body?: unknown) => Promise<Answer>;
  /** Registers a thing and expects it to be accepted. */
  readonly register: (
    kind: 'resources' | 'agents' | 'clients' | 'apis',
    body: object,
  ) => Promise<Answer['body']>;
  /** Lets every instance forget what it read of the registry. */
  readonly letCachesExpire: () => void;
}

export function drive(deployment: Pick<TestDeployment, 'issuer' | 'run' | 'operator'>): Driver {
  const { issuer, run } = deployment;
  const send: Driver['send'] = async (path, init) => answer(await fetch(`${issuer}${path}`, init));
  const admin: Driver['admin'] = async (method, path, body) =>
    answer(
      await signedFetch(deployment.operator, {
        method,
        url: `${issuer}/admin/${path}`,
        ...(body !== undefined && { body: JSON.stringify(body) }),
      }),
    );
  return {
    issuer,
    send,
    get: (path, headers = {}) => send(path, { headers, redirect: 'manual' }),
    token: (form, headers = {}) =>
      send('/token', { method: 'POST', headers, body: new URLSearchParams(entriesOf(form)) }),
    admin,
    register: async (kind, body) => {
      const registered = await admin('POST', kind, body);
      if (registered.status !== 201) throw new Error(`${kind}: ${registered.status} ${registered.text}`);
      return registered.body;
    },
    letCachesExpire: () => {
      run.clock.advance(5);
    },
  };
}

export function basic(clientId: string, secret: string): { readonly authorization: string } {
  const pair = [clientId, secret].map((part) => encodeURIComponent(part)).join(':');
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}

export async function answer(response: Response): Promise<Answer> {
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json') === true && text !== '';
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: isJson ? (JSON.parse(text) as Answer['body']) : {},
  };
}

/** Every value of a JSON document, however deep. */
export function valuesOf(value: unknown): readonly unknown[] {
  if (typeof value !== 'object' || value === null) return [value];
  return Object.values(value).flatMap(valuesOf);
}

function entriesOf(form: Form): [string, string][] {
  const pairs: Iterable<readonly string[]> = Array.isArray(form) ? form : Object.entries(form);
  return Array.from(pairs, ([name = '', value = '']) => [name, value]);
}
