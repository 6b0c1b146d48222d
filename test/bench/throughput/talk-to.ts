import { type ChildProcess } from 'node:child_process';

/** Asks a child process one question at a time. Rejects, naming it, when it ends instead of answering. */
export function talkTo<Answer>(child: ChildProcess, name: string): (question: object) => Promise<Answer> {
  let settle: PromiseWithResolvers<Answer> | undefined;
  child.on('message', (answer) => settle?.resolve(answer as Answer));
  child.on('exit', (code) =>
    settle?.reject(new Error(`${name} ended with code ${String(code)}; what it printed says why`)),
  );
  return (question) => {
    settle = Promise.withResolvers<Answer>();
    child.send(question);
    return settle.promise;
  };
}
