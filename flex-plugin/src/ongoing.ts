/** Which tasks are being transferred now: one transfer at a time per task, and buttons that show it. */
import { Watched } from './watched';

export class Ongoing extends Watched {
  private readonly tasks = new Set<string>();

  has(taskSid: string): boolean {
    return this.tasks.has(taskSid);
  }

  async during<T>(taskSid: string, work: () => Promise<T>): Promise<T> {
    this.tasks.add(taskSid);
    this.tell();
    try {
      return await work();
    } finally {
      this.tasks.delete(taskSid);
      this.tell();
    }
  }
}
