import { decodeJwt } from 'jose';
import { describe, expect } from 'vitest';
import { eventsSince } from '../support/people.ts';
import { hour, minute, startTasking } from '../support/tasking.ts';
import { forThisFile } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

const house = forThisFile(() => startTasking());
const demo = 'http://localhost:9401/mcp';
const anId = expect.any(String) as string;

describe('an agent that has more to do than a token lasts', () => {
  verifies(
    ['vestibule:task-open', 'vestibule:task-pull'],
    'opens a task, keeps one handle, and asks for the current token for as long as it works',
    async () => {
      const from = house.log.length;
      const { status, headers, body } = await house.open({ resource: demo, ceiling: String(3 * hour) });
      expect([status, headers.get('cache-control'), headers.get('location')]).toEqual([
        ...[201, 'no-store', `/tasks/${String(body['task_id'])}`],
      ]);
      const openedAt = Number(body['opened_at']);
      expect(body).toEqual({
        task_id: expect.stringMatching(/^[\w-]{22}$/) as string,
        handle: expect.stringMatching(/^[\w-]{22}\.[\w-]{43}$/) as string,
        ...{ status: 'running', purpose: 'Scan', delivery: 'pull' },
        access: [{ resource: demo, scope: 'tools:read' }],
        ...{ opened_at: openedAt, ceiling_at: openedAt + 3 * hour },
        ...{ confirmed_at: openedAt, good_until: openedAt + hour + 15 * minute },
        token: {
          ...{ access_token: anId, token_type: 'Bearer', expires_in: 15 * minute, scope: 'tools:read' },
          ...{ minimum_expires_in: 3 * minute, resource: demo },
          ...{ task_id: body['task_id'], ceiling_at: openedAt + 3 * hour },
        },
      });
      const { access_token: first } = body['token'] as { readonly access_token: string };
      expect(decodeJwt(first)).toMatchObject({
        ...{ sub: 'planner-client', client_id: 'planner-client', agent_id: 'planner', aud: demo },
        ...{ task_chain: [body['task_id']], exp: openedAt + 15 * minute },
      });
      const task = {
        id: String(body['task_id']),
        handle: String(body['handle']),
        clientId: 'planner-client',
        body,
      };
      house.run.clock.advance(20 * minute);
      const pulled = await house.ask(task, 'token');
      expect([pulled.status, pulled.text]).toEqual([200, pulled.text]);
      const claims = decodeJwt(String(pulled.body['access_token']));
      expect(claims['task_chain']).toEqual([task.id]);
      expect(eventsSince(house, from)).toMatchObject([
        {
          event: 'task_opened',
          taskId: task.id,
          clientId: 'planner-client',
          agentId: 'planner',
          purpose: 'Scan',
        },
        { event: 'token_issued', taskId: task.id, clientId: 'planner-client', jti: claims.jti },
      ]);
      expect(house.log.slice(from).join('\n')).not.toContain(task.handle.slice(23));
    },
  );
});
