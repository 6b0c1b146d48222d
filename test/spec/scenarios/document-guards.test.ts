import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import type { Company } from '../../support/company.ts';
import type { Page } from '../../support/html-page.ts';
import { answerTo, eventsSince, hosted, pageOf, requestOf, startOffice } from '../support/people.ts';
import { verifies } from '../verifies.ts';

let company: Company;
let host: Server;
let port: number;
/** What reached the host of the documents; a connection without a request is an empty path. */
const reached: string[] = [];
const canary = 'canary-of-the-document';

const document = (path: string, change: object = {}): string =>
  JSON.stringify({ client_id: at(path), client_name: canary, redirect_uris: [hosted], ...change });

/** Public by every rule, and given to nobody. */
const unrouted = '2e00::1';

const hostNames = {
  'inside.example.com': [['10.0.0.1']],
  'own.example.com': [['127.0.0.1']],
  'mixed.example.com': [[unrouted, '127.0.0.1']],
  'rebinding.example.com': [[unrouted], ['127.0.0.1']],
};

const json = { 'content-type': 'application/json' };
const answers: Readonly<Record<string, RequestListener>> = {
  '/sound': (_request, response) => response.writeHead(200, json).end(document('/sound')),
  '/moved': (_request, response) => response.writeHead(302, { location: at('/sound') }).end(),
  '/moved-for-good': (_request, response) =>
    response.writeHead(308, { ...json, location: at('/sound') }).end(document('/moved-for-good')),
  '/large': (_request, response) =>
    response.writeHead(200, json).end(document('/large', { padding: 'x'.repeat(5_120) })),
  '/another': (_request, response) => response.writeHead(200, json).end(document('/sound')),
  '/page': (_request, response) =>
    response.writeHead(200, { 'content-type': 'text/html' }).end(document('/page')),
  '/secret': (_request, response) =>
    response.writeHead(200, json).end(document('/secret', { client_secret: canary })),
  '/failing': (_request, response) => response.writeHead(500, json).end(document('/failing')),
  '/silent': () => undefined,
};

beforeAll(async () => {
  host = createServer((request, response) => {
    reached[reached.length - 1] = request.url ?? '';
    response.setHeader('connection', 'close');
    answers[request.url ?? '']?.(request, response);
  });
  host.on('connection', () => reached.push(''));
  await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve));
  port = (host.address() as AddressInfo).port;
  company = await startOffice(
    (config) => ({ ...config, clientMetadataDocuments: { deny: ['denied.example.com'] } }),
    { hostNames },
  );
}, 120_000);

afterAll(async () => {
  await company.stop();
  host.closeAllConnections();
  host.close();
});

const at = (path: string): string => `http://127.0.0.1:${port}${path}`;

interface Refused {
  readonly page: Page;
  /** The paths that were asked for. */
  readonly asked: readonly string[];
  readonly audited: readonly unknown[];
}

/** What comes of a person who is sent to us by the client of that document. */
async function refusalOf(clientId: string): Promise<Refused> {
  const [before, from] = [reached.length, company.log.length];
  const page = pageOf(await answerTo(requestOf(company, { client_id: clientId })));
  expect(page.text + company.log.slice(from).join('\n')).not.toContain(canary);
  const events = eventsSince(company, from);
  expect(events).toHaveLength(1);
  const audited = events.map(({ event, reason, detail, claimedClientId }) => [
    ...[event, reason, detail, claimedClientId],
  ]);
  return { page, asked: reached.slice(before), audited };
}

const refused = (clientId: string, detail: string): readonly unknown[] => [
  ['authorization_refused', 'client_document_refused', detail, clientId],
];

describe('the audit trail of a metadata document that is not taken', () => {
  const cases = [
    ['/moved', 'redirect'],
    ['/moved-for-good', 'redirect'],
    ['/large', 'too_large'],
    ['/another', 'client_id_mismatch'],
    ['/page', 'not_json'],
    ['/secret', 'metadata_invalid'],
    ['/failing', 'status_not_ok'],
    ['/silent', 'timeout'],
  ] as const;

  verifies(
    ['AS-13:fetch', 'vestibule:document-fault-audited'],
    'tells what is wrong with it and nothing of what it says, and nothing else is fetched',
    async () => {
      for (const [path, detail] of cases) {
        const { page, asked, audited } = await refusalOf(at(path));
        expect([path, page.status, asked]).toEqual([path, 400, [path]]);
        expect(audited).toEqual(refused(at(path), detail));
      }
    },
  );

  verifies(
    ['AS-13:fetch', 'AS-14', 'vestibule:document-fault-audited'],
    'tells that nobody was asked: not where only we can reach, nor who is denied, nor by a URL that is none',
    async () => {
      const urls = [
        ...['10.0.0.1', '169.254.169.254', '127.0.0.2', '0.0.0.0', '[::ffff:7f00:1]', '[fd00:ec2::254]'].map(
          (address) => [`https://${address}:${port}/sound`, 'special_use_address'],
        ),
        [`https://127.0.0.1:${port}/a/%2e%2e/sound`, 'client_id_malformed'],
        [`http://127.0.0.2:${port}/sound`, 'client_id_malformed'],
        ['https://denied.example.com/client.json', 'host_denied'],
      ] as const;
      for (const [url = '', detail = ''] of urls) {
        const { page, asked, audited } = await refusalOf(url);
        expect([url, page.status, asked]).toEqual([url, 400, []]);
        expect(audited).toEqual(refused(url, detail));
      }
    },
  );

  verifies(
    ['AS-13:fetch', 'vestibule:document-fault-audited'],
    'tells of names that lead inside, at first or later, and nothing there is reached',
    async () => {
      const faults = [
        ['inside.example.com', ['special_use_address']],
        ['own.example.com', ['special_use_address']],
        ['mixed.example.com', ['special_use_address']],
        ['rebinding.example.com', ['unreachable', 'timeout']],
      ] as const;
      for (const [name, details] of faults) {
        const url = `https://${name}:${port}/sound`;
        const { page, asked, audited } = await refusalOf(url);
        expect([name, page.status, asked]).toEqual([name, 400, []]);
        expect(details.map((detail) => refused(url, detail))).toContainEqual(audited);
      }
    },
  );
});
