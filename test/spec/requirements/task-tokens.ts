import { must } from '../requirement.ts';

/** Tokens that are of a task, and when they end. */
export const taskTokens = {
  'vestibule:task-token-ends': must(
    'Vestibule',
    'ends the tokens of a task, and all that was exchanged from them, with that task and with each task above it: at once at introspection, userinfo and the token endpoint, within 30 seconds at verifiers that work offline',
  ),
  'vestibule:task-token-tells': must(
    'Vestibule',
    'has whoever refuses a token whose task has ended say that it is the task that has, and whoever takes one know the task; and the audit trail too',
  ),
  'vestibule:task-token-exchanged': must(
    ['Vestibule', 'RFC 8693 §2.2.1'],
    'keeps the tasks of a token in all that is exchanged from it, and gives no refresh token in exchange for it, which would go on for longer',
  ),
} as const;
