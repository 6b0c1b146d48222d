import type { Row } from '../report.ts';
import { billAtOneASecond, billOf, costBudgets, totalOf } from './bill.ts';
import { type CountedOperation, formatCalls, type PricedToken, pricedTokens } from './counted.ts';
import type { CallCounts } from './measure.ts';
import { dollarsFor, prices } from './prices.ts';

interface CallBudget {
  readonly text: string;
  readonly allowed: Readonly<Record<string, number>>;
}

/** The counted calls and their price, beside what they may be. */
export function callRows(counts: CallCounts): readonly Row[] {
  const { operations } = counts;
  const costs = pricedTokens(operations).map((token) => costRow(counts, token));
  return [...operations.map(callRow), ...costs, cognitoRow];
}

function callRow(operation: CountedOperation): Row {
  const { calls, readUnits, writeUnits } = operation;
  const units = readUnits + writeUnits === 0 ? '' : ` (${readUnits} read, ${writeUnits} write units)`;
  const budget = budgetOf(operation);
  return {
    section: 'AWS calls of one request',
    what: titleOf(operation),
    measured: `${formatCalls(calls)}${units}`,
    ...(budget && {
      budget: budget.text,
      held: [...calls].every(([action, count]) => count <= (budget.allowed[action] ?? 0)),
    }),
  };
}

/** A cold instance has no budget: it knows nothing yet, and serves one such request in its life. */
function budgetOf({ name, state, signing }: CountedOperation): CallBudget | undefined {
  if (state === 'cold instance') return undefined;
  const read = state === 'stale' ? 1 : 0;
  if (name.startsWith('discovery')) return { text: 'none', allowed: {} };
  if (name === 'token exchange') return exchangeBudget(signing, read);
  if (/^(authorization_code|refresh_token)/.test(name)) return peoplesBudget(name, signing, read);
  if (signing !== undefined) {
    const write = name.endsWith('private_key_jwt') ? 1 : 0;
    const parts = [
      '1 cached BatchGetItem',
      ...(signing === 'kms' ? ['1 Sign'] : []),
      ...(write ? ['1 write'] : []),
    ];
    return {
      text: `≤ ${parts.join(' + ')}`,
      allowed: {
        'dynamodb:BatchGetItem': read,
        'kms:Sign': signing === 'kms' ? 1 : 0,
        'dynamodb:PutItem': write,
      },
    };
  }
  return unsignedBudget(name, read);
}

/** Of requests that no key signs for. */
function unsignedBudget(name: string, read: number): CallBudget | undefined {
  if (name.endsWith('opaque token')) return opaqueBudget(name, read);
  if (name.startsWith('API token')) return apiBudget(name, read);
  if (name.endsWith('the proxy')) return egressBudget(name, read);
  if (/^(request|device)/.test(name)) return waitingBudget(name, read);
  if (name !== 'introspection') return undefined;
  return {
    text: '1 BatchGetItem + 1 for the caller, cached',
    allowed: { 'dynamodb:BatchGetItem': 1 + read },
  };
}

/** One write in the place of the signature; one read more for each question. */
function opaqueBudget(name: string, read: number): CallBudget {
  return name.startsWith('introspection')
    ? {
        text: '1 GetItem + 1 BatchGetItem + 1 for the caller, cached',
        allowed: { 'dynamodb:GetItem': 1, 'dynamodb:BatchGetItem': 1 + read },
      }
    : {
        text: '≤ 1 cached BatchGetItem + 1 PutItem',
        allowed: { 'dynamodb:BatchGetItem': read, 'dynamodb:PutItem': 1 },
      };
}

/** An exchange, the function behind it, and there one read of what is kept; three writes where the provider is asked. */
function apiBudget(name: string, read: number): CallBudget {
  const writes = name.endsWith('kept') ? 0 : 3;
  return {
    text: `≤ 1 BatchGetItem + 4 more, cached + 1 Invoke + 1 GetItem + 1 Decrypt${writes === 0 ? '' : ` + ${writes} UpdateItem`}`,
    allowed: {
      ...{ 'dynamodb:BatchGetItem': 1 + 4 * read, 'lambda:Invoke': 1 },
      ...{ 'dynamodb:GetItem': 1, 'kms:Decrypt': 1, 'dynamodb:UpdateItem': writes },
    },
  };
}

/** A token asks how the account stands. A call reads how its token stands, and the account, and opens what it bears. */
function egressBudget(name: string, read: number): CallBudget {
  return name.startsWith('token')
    ? {
        text: '≤ 3 cached BatchGetItem + 1 Invoke + 1 GetItem + 1 Sign',
        allowed: {
          ...{ 'dynamodb:BatchGetItem': 3 * read, 'lambda:Invoke': 1 },
          ...{ 'dynamodb:GetItem': 1, 'kms:Sign': 1 },
        },
      }
    : {
        text: '≤ 1 BatchGetItem + 2 more, cached + 1 GetItem + 1 Decrypt',
        allowed: { 'dynamodb:BatchGetItem': 1 + 2 * read, 'dynamodb:GetItem': 1, 'kms:Decrypt': 1 },
      };
}

/** One write of what begins to wait; and each time that a device asks, one read and one write of it. */
function waitingBudget(name: string, read: number): CallBudget {
  return name.startsWith('device asks')
    ? {
        text: '≤ 1 cached BatchGetItem + 1 GetItem + 1 UpdateItem',
        allowed: { 'dynamodb:BatchGetItem': read, 'dynamodb:GetItem': 1, 'dynamodb:UpdateItem': 1 },
      }
    : {
        text: '≤ 1 cached BatchGetItem + 1 PutItem',
        allowed: { 'dynamodb:BatchGetItem': read, 'dynamodb:PutItem': 1 },
      };
}

/** One read more than of a machine's token: how what it is exchanged from stands at this moment. Nothing is written. */
function exchangeBudget(signing: CountedOperation['signing'], read: number): CallBudget {
  const isSignedByCall = signing === 'kms';
  return {
    text: `≤ 1 BatchGetItem + 3 more, cached${isSignedByCall ? ' + 1 Sign' : ''}`,
    allowed: { 'dynamodb:BatchGetItem': 1 + 3 * read, 'kms:Sign': isSignedByCall ? 1 : 0 },
  };
}

/** One read and one conditional write of the grant, and one signature for each JWT. */
function peoplesBudget(name: string, signing: CountedOperation['signing'], read: number): CallBudget {
  const signatures = signing === 'kms' ? (name.endsWith('openid') ? 2 : 1) : 0;
  const parts = [
    '1 cached BatchGetItem',
    '1 GetItem',
    '1 UpdateItem',
    ...(signatures ? [`${signatures} Sign`] : []),
  ];
  return {
    text: `≤ ${parts.join(' + ')}`,
    allowed: {
      ...{ 'dynamodb:BatchGetItem': read, 'dynamodb:GetItem': 1, 'dynamodb:UpdateItem': 1 },
      'kms:Sign': signatures,
    },
  };
}

/** A token costs what it costs at one a second on one instance: between the busy instance and the lonely one. */
function costRow({ accessLogBytes }: CallCounts, { name, signing, warm, stale }: PricedToken): Row {
  const bills = [billOf(warm, accessLogBytes), billOf(stale, accessLogBytes)] as const;
  const [least, most] = bills.map(totalOf).map(formatDollars);
  const dollars = totalOf(billAtOneASecond(...bills));
  return {
    section: 'Dollars for a million tokens',
    what: `${name}, ${signing}`,
    measured: `${formatDollars(dollars)} (warm ${least ?? ''}, stale ${most ?? ''})`,
    ...(warm.writeUnits > 0 && {
      detail: `${formatDollars(dollarsFor(prices.writeUnit, warm.writeUnits * 1e6))} of it keeps an assertion from being used twice`,
    }),
    budget: `≤ ${formatDollars(costBudgets[signing])} at one request a second`,
    held: dollars <= costBudgets[signing],
  };
}

const cognitoRow: Row = {
  section: 'Dollars for a million tokens',
  what: prices.cognitoToken.what,
  measured: formatDollars(prices.cognitoToken.dollars),
};

export function titleOf({ name, signing, state }: CountedOperation): string {
  return `${name}${signing === undefined ? '' : `, ${signing}`}, ${state}`;
}

export function formatDollars(dollars: number): string {
  return `$${dollars.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
}
