/** Which tasks are being transferred now: one transfer at a time per task, and buttons that show it. */
import { useEffect, useState } from 'react';

export class Ongoing {
  private readonly tasks = new Set<string>();
  private readonly listeners = new Set<() => void>();

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

  listen(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  private tell(): void {
    this.listeners.forEach((listener) => listener());
  }
}

export function useOngoing(ongoing: Ongoing, taskSid: string): boolean {
  const [, rerender] = useState(0);
  useEffect(() => ongoing.listen(() => rerender((count) => count + 1)), [ongoing]);
  return ongoing.has(taskSid);
}
