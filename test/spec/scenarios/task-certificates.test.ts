import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { readClientCertificate } from '../../../lambdas/oauth/mutual-tls/client-certificate.ts';
import type { IssuedCertificate } from '../../../local/tls/certificate.ts';
import { startDeployment, type TestDeployment } from '../../support/deployment.ts';
import { driveWith, named, withCertificates } from '../support/certificates.ts';
import { type Answer, type Driver, drive } from '../support/driver.ts';
import { eventsSince } from '../support/people.ts';
import { verifies } from '../verifies.ts';

type AtHost = Pick<Driver, 'send'>;

let deployment: TestDeployment;
let plain: AtHost;
let own: IssuedCertificate;
/** The host where clients show certificates, with the own one and with another that names the same client. */
let mine: AtHost;
let theirs: AtHost;

beforeAll(async () => {
  deployment = await startDeployment({
    config: withCertificates({
      ...{ id: 'reporter', agent: 'planner', certificateBoundAccessTokens: true },
      authentication: { method: 'tls_client_auth', subjectDn: 'CN=reporter' },
    }),
  });
  const issue = (): IssuedCertificate =>
    deployment.run.clientAuthority.issue({ subject: named(['CN', 'reporter']) });
  own = issue();
  plain = drive(deployment);
  [mine, theirs] = [await driveWith(deployment, own), await driveWith(deployment, issue())];
});
afterAll(() => deployment.stop());

interface Opened {
  readonly id: string;
  readonly path: string;
  readonly handle: string;
}

async function opened(): Promise<Opened> {
  const { status, body, text } = await post(mine, '/tasks', {
    ...{ client_id: 'reporter', purpose: 'Scan', resource: 'http://localhost:9401/mcp' },
  });
  if (status !== 201) throw new Error(`${status} ${text}`);
  const id = String(body['task_id']);
  return { id, path: `/tasks/${id}`, handle: String(body['handle']) };
}

function post(host: AtHost, path: string, form: Readonly<Record<string, string>>): Promise<Answer> {
  return host.send(path, { method: 'POST', body: new URLSearchParams(form) });
}

/** With the handle in place of a token, which is all that is shown besides the certificate. */
function pull(host: AtHost, { path, handle }: Opened): Promise<Answer> {
  return host.send(`${path}/token`, { method: 'GET', headers: { authorization: `Bearer ${handle}` } });
}

describe('a handle that is bound to a certificate', () => {
  verifies(
    ['vestibule:task-handle', 'vestibule:task-pull'],
    'is all that its client needs, over a connection with that certificate',
    async () => {
      const task = await opened();
      const from = deployment.log.length;
      const { status, body } = await pull(mine, task);
      expect([status, body['token_type']]).toEqual([200, 'Bearer']);
      const thumbprint = readClientCertificate(own.certificate)?.thumbprint;
      expect(decodeJwt(String(body['access_token']))).toMatchObject({
        ...{ cnf: { 'x5t#S256': thumbprint }, client_id: 'reporter' },
      });
      expect(eventsSince(deployment, from).at(-1)).toMatchObject({
        ...{ event: 'token_issued', clientId: 'reporter', x5t: thumbprint },
      });
      const beat = { client_id: 'reporter', handle: task.handle };
      expect((await post(mine, `${task.path}/heartbeat`, beat)).status).toBe(200);
    },
  );

  verifies(
    'vestibule:task-handle',
    'is refused and reported with another certificate, though that proves the same client, and without any',
    async () => {
      const task = await opened();
      const authenticated = { client_id: 'reporter', handle: task.handle };
      for (const asked of [
        () => pull(theirs, task),
        () => post(theirs, `${task.path}/token`, authenticated),
        () => post(theirs, `${task.path}/revoke`, authenticated),
      ]) {
        const from = deployment.log.length;
        const { status, body } = await asked();
        expect([status, body['error'], body['error_description']]).toEqual([
          ...[400, 'invalid_grant', 'the handle is unknown, or of another client or key'],
        ]);
        expect(eventsSince(deployment, from)).toMatchObject([
          { event: 'task_handle_refused', reason: 'other_certificate', taskId: task.id },
        ]);
      }
      const from = deployment.log.length;
      const bare = await pull(plain, task);
      expect([bare.status, bare.body['error']]).toEqual([400, 'invalid_request']);
      expect(bare.body['error_description']).toMatch(/bound to a certificate/);
      expect(eventsSince(deployment, from)).toMatchObject([
        { event: 'task_refused', reason: 'certificate_missing', taskId: task.id },
      ]);
      expect((await pull(mine, task)).status).toBe(200);
    },
  );
});
