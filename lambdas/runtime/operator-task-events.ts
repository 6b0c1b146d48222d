/** That a task ends by the word of an operator is told as all ends of tasks are. */
export interface TaskEndRefused {
  readonly event: 'task_end_refused';
  readonly requestId: string;
  readonly taskId?: string;
  readonly reason: string;
  /** Their IAM ARN. */
  readonly by: string;
}
