import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { billAtOneASecond, billedTimes, billOf, costBudgets, totalOf } from './bill.ts';
import { type CountedOperation, formatCalls, type PricedToken, pricedTokens } from './counted.ts';
import type { CallCounts, Standing } from './measure.ts';
import { dollarsFor, prices } from './prices.ts';
import { formatDollars } from './rows.ts';
import { paperHeader, paperNotes, paperRows } from './tasks-on-paper.ts';

export const costDocument = fileURLToPath(new URL('../../../docs/cost.md', import.meta.url));

/** docs/cost.md, as the counts and the prices make it: the same text on every machine. */
export async function formatCostDocument(counts: CallCounts): Promise<string> {
  const { operations, standing } = counts;
  const sections = [
    introduction,
    section('A million requests', requestTable(counts), requestNotes(counts)),
    section('What the requests need', callTable(operations), callNotes),
    section('While nobody uses it', standingTable(standing), standingNotes),
    section('Compared', comparison(counts)),
    section('Tasks, up to a million', table(paperHeader, paperRows()), paperNotes()),
    section('Prices', priceTable()),
  ];
  const options = await resolveConfig(costDocument);
  return format(sections.join('\n\n'), { ...options, filepath: costDocument });
}

const introduction = `# What it costs

Computed by \`npm run bench -- --only calls --write-docs\` from the AWS calls that a local run of the deployed template
makes, counted where they arrive, and the list prices of us-east-1 without free tiers. A test counts again and fails when
this page is out of date.`;

const requestNotes = ({
  accessLogBytes,
}: CallCounts): string => `**Warm**: the instance has read the registry in the last 5 seconds. **Stale**: it has not, so that it
reads once, in one call, for this request and those of the next 5 seconds. An instance that answers one request a second is
stale at every fifth. Lambda's time is an assumption: nothing on this machine answers as slowly as AWS does. It counts 10 ms
for a call of KMS or Lambda, 4 ms for one of DynamoDB, 150 ms for an answer of an identity provider and 1 ms of our own. Logs are the
audit line of the function and the ${accessLogBytes} bytes of the access log.`;

const callNotes = `A cold instance reads client, resource and key ring in one call; whose the client is it learns there, and
reads that agent in a second one. Requests that are refused cost less: nothing is signed for them.

Of a code and a refresh token, the grant is read, and marked by one conditional write; \`openid\` is one JWT more to sign. Not
counted here: where a client works while the person is away, the identity provider is asked about the person through a
function of its own, at most once a minute for each grant, and that function is told when the code is redeemed.

An exchange writes nothing: it reads once how the token stands that it is sent, past every cache, and signs. One for an API
behind an identity provider is that provider's token: the function behind this one asks for it, and keeps it until just before it expires.
Both functions are counted, and while one waits for the other, both are paid for.

A call through the proxy reads how its token stands and the account that it is for, and opens what that bears; the time of the
third party itself comes on top. A token for the proxy asks how the account stands.

An opaque token is kept in place of being signed, and read at each question; what the server of its resource asks about each of
them comes on top of the token.`;

const standingNotes = `Tables, functions and the HTTP API cost nothing while idle, but for $0.25 a month for each gigabyte
stored. The deployment counted here has two clients with a secret, each further one is a secret more, and the secret behind
nonces.`;

function section(title: string, ...parts: readonly string[]): string {
  return [`## ${title}`, ...parts].join('\n\n');
}

function requestTable({ operations, accessLogBytes }: CallCounts): string {
  const priced = operations.filter(({ state }) => state !== 'cold instance');
  const names = priced[0] === undefined ? [] : billOf(priced[0], accessLogBytes).map(({ what }) => what);
  return table(
    ['Request', 'Signing', 'State', ...names, 'Together'],
    priced.map((operation) => {
      const bill = billOf(operation, accessLogBytes);
      return [
        ...cellsOf(operation),
        ...[...bill.map(({ dollars }) => dollars), totalOf(bill)].map(formatDollars),
      ];
    }),
  );
}

function callTable(operations: readonly CountedOperation[]): string {
  return table(
    ['Request', 'Signing', 'State', 'AWS calls', 'Read units', 'Write units', 'Log bytes', 'Lambda'],
    operations.map((operation) => [
      ...cellsOf(operation),
      formatCalls(operation.calls),
      String(operation.readUnits),
      String(operation.writeUnits),
      String(operation.logBytes + (operation.behind?.logBytes ?? 0)),
      billedTimes(operation)
        .map(({ milliseconds, memoryMegabytes }) => `${milliseconds} ms × ${memoryMegabytes} MB`)
        .join(' + '),
    ]),
  );
}

function standingTable(standing: readonly Standing[]): string {
  return table(
    ['Signing', 'KMS keys', 'Secrets', 'A month'],
    standing.map(({ signing, kmsKeys, secrets }) => [
      signing,
      String(kmsKeys),
      String(secrets),
      formatDollars(dollarsFor(prices.kmsKeyMonth, kmsKeys) + dollarsFor(prices.secretMonth, secrets)),
    ]),
  );
}

function comparison(counts: CallCounts): string {
  const { what, dollars } = prices.cognitoToken;
  const tokens = pricedTokens(counts.operations).map((token) => comparedToken(counts, token));
  return [
    `${what}: ${formatDollars(dollars)} for a million, at most 150 a second in an account. Here, at one request a second:`,
    table(['Token', 'Signing', 'A million', 'Budget', 'Cognito costs'], tokens),
  ].join('\n\n');
}

function comparedToken(
  { accessLogBytes }: CallCounts,
  { name, signing, warm, stale }: PricedToken,
): readonly string[] {
  const bill = billAtOneASecond(billOf(warm, accessLogBytes), billOf(stale, accessLogBytes));
  const times = Math.floor(prices.cognitoToken.dollars / totalOf(bill));
  return [
    name,
    signing,
    formatDollars(totalOf(bill)),
    formatDollars(costBudgets[signing]),
    `${times} times that`,
  ];
}

function priceTable(): string {
  return table(
    ['What', 'Price', 'Source'],
    Object.values(prices).map(({ what, dollars, per, source }) => [
      what,
      `$${dollars} a ${per}`,
      `<${source}>`,
    ]),
  );
}

function cellsOf({ name, signing, state }: CountedOperation): readonly string[] {
  return [name, signing ?? 'either', state];
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}
