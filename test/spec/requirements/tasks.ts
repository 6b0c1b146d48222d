import { must } from '../requirement.ts';

/** Work that goes on for longer than a token. */
export const tasks = {
  'vestibule:task-open': must(
    'Vestibule',
    'opens a task for an agent whose policy allows it, and gives its client a handle, of which a digest alone is kept, and a first token',
  ),
  'vestibule:task-refused': must(
    'Vestibule',
    'opens no task, and does nothing with one, that is asked for wrongly or goes beyond policy, and says what to mend',
  ),
  'vestibule:task-pull': must(
    'Vestibule',
    'makes a token whenever the client of a task asks for one, good for a promised time at least and never beyond the task',
  ),
  'vestibule:task-handle': must(
    'Vestibule',
    'takes a handle of the client alone that opened the task, and with the key or certificate that it is bound to; nobody else learns of the task, changes it or goes unreported',
  ),
  'vestibule:task-people': must(
    'Vestibule',
    'lets a task work in the name of a person within what they granted, and for as long as that stands',
  ),
  'vestibule:task-children': must(
    'Vestibule',
    'opens tasks below a task that are narrower, end no later, and end with it',
  ),
  'vestibule:task-children-of-others': must(
    'Vestibule',
    'opens a task below that of another client for whoever was sent a token of it and may go on for its person, which ends no later than any above it, and with each',
  ),
  'vestibule:task-ends': must(
    'Vestibule',
    'ends a task that is completed, revoked, silent, at its ceiling, or without what it rests on, and tells whoever asks for its token why',
  ),
  'vestibule:task-policy': must(
    'Vestibule',
    'ends a task whose agent is disabled or whose policy gives it nothing any more, within five seconds',
  ),
  'vestibule:task-extend': must(
    'Vestibule',
    'moves the end of a task where policy lets its agent, and no further than policy lets tasks go on',
  ),
  'vestibule:task-faults': must(
    'Vestibule',
    'answers a request about a task with what was asked, or with 503, at whichever call AWS fails, and loses no task by that',
  ),
  'vestibule:task-renewal': must(
    'Vestibule',
    'renews what a task rests on while nobody asks, before four fifths of a token are over, and catches up after it stood still',
  ),
  'vestibule:task-ahead': must(
    'Vestibule',
    'asks the identity provider of a person again before four fifths of the life of what it gave are over, where that ends before a token does',
  ),
  'vestibule:kept-ahead': must(
    'Vestibule',
    'asks with what is kept of a person before it ends by itself, once each time, as long as a refresh token rests on it',
  ),
  'vestibule:task-delivery': must(
    'Vestibule',
    'puts tokens of a task into the secret that it was opened with, tried before they are read, no more often than Secrets Manager bears, and tells whoever listens when it cannot',
  ),
  'vestibule:task-late-pull': must(
    'Vestibule',
    'renews a task that nobody has renewed in time when its token is asked for, once however many ask, and refuses no token for what fails meanwhile',
  ),
  'vestibule:task-interaction': must(
    'Vestibule',
    'lets a task go on by what it has where its person has to sign in again, asks for that by event, status and page, and renews it once they have',
  ),
  'vestibule:task-events': must(
    'Vestibule',
    'tells an event bus what becomes of tasks, before they reach their ceiling and at their end, and nothing that is secret',
  ),
  'vestibule:task-api': must(
    ['Vestibule', 'RFC 6749 §4.4'],
    'opens a task on an API that gives its agent tokens as itself, and gives it those of the provider, got anew before they end; the task rides on while the provider is down, and is over, in words, once it gives the agent none',
  ),
  'vestibule:task-many': must('Vestibule', 'answers hundreds who ask for the token of one task at once'),
} as const;
