/** What components show and are told of when it changes. */
import { useEffect, useState } from 'react';

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

/** Renders a component again whenever what it shows has changed. */
export function useWatched(...watched: Watched[]): void {
  const [, rerender] = useState(0);
  useEffect(() => {
    const ends = watched.map((one) => one.listen(() => rerender((count) => count + 1)));
    return () => ends.forEach((end) => end());
  }, watched);
}
