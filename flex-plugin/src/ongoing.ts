/** Which tasks are being transferred now: one transfer at a time per task, and buttons that show it. */
import { useEffect, useState } from 'react';

/** What components show and are told of when it changes. */
export abstract class Watched {
  private readonly listeners = new Set<() => void>();

  listen(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  protected tell(): void {
    this.listeners.forEach((listener) => listener());
  }
}

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

/** Renders a component again whenever what it shows has changed. */
export function useWatched(...watched: Watched[]): void {
  const [, rerender] = useState(0);
  useEffect(() => {
    const ends = watched.map((one) => one.listen(() => rerender((count) => count + 1)));
    return () => ends.forEach((end) => end());
  }, watched);
}

export function useOngoing(ongoing: Ongoing, taskSid: string): boolean {
  useWatched(ongoing);
  return ongoing.has(taskSid);
}
