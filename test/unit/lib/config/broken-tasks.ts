import { soundConfig } from './a-config.ts';

const [robot] = soundConfig.agents;
const account = 'arn:aws:secretsmanager:eu-central-1:123456789012:';
export const anyOfRobots = `${account}secret:robots/*`;
const aProvider = { id: 'staff', issuer: 'https://login.example.com', clientId: 'vestibule' };

/** A config whose agent opens tasks. */
export function tasking(agentTasks: unknown, tasks?: unknown): object {
  return {
    ...soundConfig,
    agents: [{ ...robot, tasks: agentTasks }],
    ...(tasks !== undefined && { tasks }),
  };
}

/** What is wrong with tasks, the config, and the one problem that is told of it. */
export const brokenTasks: readonly (readonly [string, unknown, string])[] = [
  ['tasks without an end', tasking({}), 'agents[0].tasks.maximumHours: is missing; write it'],
  [
    'tasks that end at once',
    tasking({ maximumHours: 0 }),
    'agents[0].tasks.maximumHours: 0 is out of range; write a whole number of hours from 1 to 8760',
  ],
  [
    'an extension that is no flag',
    tasking({ maximumHours: 1, extension: 'yes' }),
    "agents[0].tasks.extension: 'yes' is not true or false",
  ],
  [
    'a secret that is a parameter',
    tasking({ maximumHours: 1, secrets: ['arn:aws:ssm:eu-central-1:123456789012:parameter/robots'] }),
    "agents[0].tasks.secrets[0]: 'arn:aws:ssm:eu-central-1:123456789012:parameter/robots' is not the ARN of a secret; write 'arn:aws:secretsmanager:<region>:<account>:secret:<name>', or its beginning and '*'",
  ],
  [
    'no secret',
    tasking({ maximumHours: 1, secrets: [] }),
    'agents[0].tasks.secrets: names no secret; leave it out for an agent whose tokens go into none',
  ],
  [
    'a secret twice',
    tasking({ maximumHours: 1, secrets: [anyOfRobots, anyOfRobots] }),
    'agents[0].tasks.secrets: names a secret twice; once will do',
  ],
  [
    'secrets that change later than tokens end',
    { ...tasking({ maximumHours: 1, secrets: [anyOfRobots] }), accessTokenMinutes: 14 },
    'accessTokenMinutes: 14 is too short for tokens in secrets (tasks.secrets of agents), which change every 10 minutes at most; write 15 or more',
  ],
  ...(['secret:i*', 'secret:idp/*', 'secret:idp/staff-AbCdEf', 'secret:idp/staff'] as const).map(
    (name): readonly [string, unknown, string] => [
      `tokens in the secret of a provider's client, ${name}`,
      {
        ...tasking({ maximumHours: 1, secrets: [`${account}${name}`] }),
        identityProviders: [{ ...aProvider, clientSecretArn: `${account}secret:idp/staff-AbCdEf` }],
      },
      `agents[0].tasks.secrets[0]: '${account}${name}' is for a secret of this deployment too (identityProviders[0].clientSecretArn), which a token would replace; name a folder that is kept for tokens: 'arn:aws:secretsmanager:<region>:<account>:secret:<folder>/*'`,
    ],
  ),
  [
    'too little grace',
    tasking({ maximumHours: 1 }, { graceMinutes: 4 }),
    'tasks.graceMinutes: 4 is out of range; write a whole number of minutes from 5 to 1440',
  ],
  [
    'an identity provider that is never asked',
    tasking({ maximumHours: 1 }, { providerLimit: { perSecond: 0 } }),
    'tasks.providerLimit.perSecond: 0 is out of range; write a whole number of requests from 1 to 100000',
  ],
  [
    'fewer questions at once than in a second',
    tasking({ maximumHours: 1 }, { providerLimit: { perSecond: 10, burst: 5 } }),
    'tasks.providerLimit.burst: 5 is below perSecond, which could never be reached; write 10 or more',
  ],
  [
    'a grace of tasks that nobody opens',
    { ...soundConfig, tasks: { graceMinutes: 30 } },
    'tasks: stands for tasks that nobody opens; give an agent its tasks, or remove it',
  ],
];
